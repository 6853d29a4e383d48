import type { ContentData } from './content.ts';
import type { Moment } from './life.testing.ts';
import type { Stamped } from './operation.ts';
import {
  allItems,
  allUnits,
  containerTruth,
  isLeaf,
  requiredUnits,
  unitTruth,
} from './oracle.testing.ts';
import type { Mark } from './roll-up.ts';
import type { Status } from './unit-progress.ts';

/** Keeps the finished marks of all containers by the letter of the rules, from naive counts. */
export interface MarkKeeper {
  /** Takes in a transaction or an edit; called after each. */
  look: (moment: Moment) => void;
  /** A container's mark, what is reopened in alphabetical order. */
  markOf: (containerId: string) => Mark | null;
  /** What people see of it. */
  shownOf: (moment: Moment, containerId: string) => Shown;
}

/** What a mark and the sums come to. */
export interface Shown {
  status: Status;
  completedAt: number | null;
  newSinceCompletion: number;
}

/** A keeper that has seen nothing yet. */
export function createMarkKeeper(): MarkKeeper {
  const marks = new Map<string, Mark>();

  const noteReopened = ({ content }: Moment, before: readonly Stamped[], operation: Stamped) => {
    const after = [...before, operation];
    const unit = allItems(content).find((each) => isLeaf(each) && hasId(each, operation.contentId));
    if (!unit || !unitTruth(unit, before).done || unitTruth(unit, after).done) return;
    for (const container of containersOf(content)) {
      const mark = marks.get(container.id);
      if (!mark || !allUnits(container).includes(unit)) continue;
      const count = (history: readonly Stamped[]) => containerTruth(container, history).completed;
      if (count(after) >= count(before)) continue;
      marks.set(container.id, { ...mark, reopened: [...mark.reopened, unit.id] });
    }
  };

  const inherit = (container: ContentData, history: readonly Stamped[]) => {
    const known = [container.id, ...(container.aliases ?? [])].flatMap((id) => marks.get(id) ?? []);
    const dates = known.map((mark) => mark.at);
    const asUnit = unitTruth(container, history).completedAt;
    if (asUnit !== null) dates.push(asUnit);
    if (dates.length === 0) return;
    marks.set(container.id, { at: Math.min(...dates), reopened: known[0]?.reopened ?? [] });
  };

  const settleAll = ({ content, history }: Moment) => {
    for (const container of containersOf(content)) {
      const { completed, total } = containerTruth(container, history);
      const required = requiredUnits(container);
      const mark = marks.get(container.id);
      if (total > 0 && completed === total) {
        const dates = required.map((unit) => unitTruth(unit, history).completedAt ?? 0);
        marks.set(container.id, { at: mark?.at ?? Math.max(...dates), reopened: [] });
      } else if (mark) {
        const open = required.filter((unit) => !unitTruth(unit, history).done);
        const still = open.filter((unit) => mark.reopened.some((id) => hasId(unit, id)));
        marks.set(container.id, { ...mark, reopened: still.map(({ id }) => id).sort() });
      }
    }
  };

  return {
    look(moment) {
      const { content, history, transaction } = moment;
      transaction?.forEach((operation, i) => {
        const before = history.slice(0, history.length - transaction.length + i);
        noteReopened(moment, before, operation);
      });
      for (const each of containersOf(content)) inherit(each, history);
      settleAll(moment);
    },
    markOf: (containerId) => marks.get(containerId) ?? null,
    shownOf({ content, history }, containerId) {
      const container = containersOf(content).find(({ id }) => id === containerId)!;
      const { completed, total, begun } = containerTruth(container, history);
      const mark = marks.get(containerId);
      const done = mark?.reopened.length === 0;
      // Where a few are enough, more may be reopened than are missing.
      const missing = mark ? total - completed - mark.reopened.length : 0;
      return {
        status: done ? 'completed' : begun > 0 ? 'in-progress' : 'not-started',
        completedAt: done ? mark.at : null,
        newSinceCompletion: Math.max(0, missing),
      };
    },
  };
}

function containersOf(content: readonly ContentData[]): ContentData[] {
  return allItems(content).filter((each) => !isLeaf(each));
}

function hasId(item: ContentData, id: string): boolean {
  return item.id === id || (item.aliases ?? []).includes(id);
}
