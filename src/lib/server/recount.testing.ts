import { expect } from 'vitest';
import type { ContentData } from '../core/index.ts';
import { toIso } from '../core/index.ts';
import type { Moment } from '../core/life.testing.ts';
import { expectSame } from '../core/laws.testing.ts';
import {
  allItems,
  allUnits,
  containerTruth,
  isLeaf,
  raising,
  unitTruth,
} from '../core/oracle.testing.ts';
import { discrepancies } from './audit.testing.ts';
import type { NaiveLearner } from './naive-server.testing.ts';
import type { Learner, Progress, School, Summary } from './school.testing.ts';

/** A learner, and what the naive server makes of what they do. */
export interface Subject {
  readonly learner: Learner;
  readonly naive: NaiveLearner;
  /** The revision at which the rows were looked at last. */
  revision: number;
}

/** How to look. */
export interface Look {
  /** The content was edited since the learner's last write: finished marks are made at the next. */
  isEdited: boolean;
  /** Records that were answered to a write just now. */
  said?: readonly Progress[];
}

/** Holds every answer about a learner against a recount of all that was ever accepted. */
export async function expectTruth(
  { learner, naive }: Subject,
  content: ContentData[],
  look: Look,
): Promise<void> {
  const listed = (await learner.list()).body.progress;
  const items = new Map(allItems(content).map((item) => [item.id, item]));
  for (const record of [...listed, ...(look.said ?? [])]) {
    const truth = truthOf(items.get(record.contentId)!, { naive, content, look });
    expectSame({ ...shown(record), ...truth }, shown(record));
  }
  const ids = new Set(listed.map((record) => record.contentId));
  for (const unit of content.flatMap(allUnits)) {
    const { begun, lastAccessed } = unitTruth(unit, naive.history);
    if (begun || lastAccessed !== null) expect(ids).toContain(unit.id);
  }
  for (const course of items.values()) {
    if (course.type !== 'course') continue;
    const summary = (await learner.summary({ courseId: course.id })).body;
    expectSummary(summary, course, { naive, content, look });
  }
}

/** Holds what is stored of a learner against itself, and what was stored just now against the content. */
export async function expectSound(school: School, subject: Subject): Promise<void> {
  const kept = await school.progress.export(subject.learner.id);
  expect(discrepancies(school.catalogue(), kept, subject.revision).join('\n')).toBe('');
  subject.revision = kept.learner?.revision ?? 0;
}

/** What a record says of the learner, whatever row it comes from. */
export function shown({ id, revision, ...rest }: Progress): Partial<Progress> {
  return rest;
}

interface Context {
  naive: NaiveLearner;
  content: ContentData[];
  look: Look;
}

function truthOf(item: ContentData, { naive, content, look }: Context): Partial<Progress> {
  const { history, marks } = naive;
  if (isLeaf(item)) {
    const truth = unitTruth(item, history);
    return {
      status: truth.done ? 'completed' : truth.begun ? 'in-progress' : 'not-started',
      completedAt: toIso(truth.completedAt),
      progressPercentage: truth.percentage,
      score: truth.score,
      startedAt: toIso(truth.started),
      lastAccessedAt: toIso(truth.lastAccessed),
      timeSpentMs: truth.spent,
    };
  }
  const { completed, total, percentage, score, spent } = containerTruth(item, history);
  const sums = { completed, total, progressPercentage: percentage, score, timeSpentMs: spent };
  if (look.isEdited) return sums;
  const { status, completedAt, newSinceCompletion } = marks.shownOf(
    { content, history } as unknown as Moment,
    item.id,
  );
  return { ...sums, status, completedAt: toIso(completedAt), newSinceCompletion };
}

function expectSummary(summary: Summary, course: ContentData, context: Context): void {
  const truth = truthOf(course, context);
  expectSame({ ...summary, ...truth }, summary);
  const next = raising(course, context.naive.history).map((unit) => unit.id);
  if (summary.next) expect(next).toContain(summary.next.contentId);
  else expect(next).toEqual([]);

  const modules = allItems(course.children ?? []).filter((item) => !isLeaf(item));
  expect(summary.modules.map((each) => each.contentId)).toEqual(modules.map(({ id }) => id));
  for (const [i, module] of [course, ...modules].entries()) {
    const said = i === 0 ? summary : summary.modules[i - 1]!;
    const { completed, total, progressPercentage } = truthOf(module, context);
    expectSame({ ...said, completed, total, progressPercentage }, said);
    const units = (module.children ?? []).filter(isLeaf);
    expectSame(
      said.units.map(({ contentId, status }) => [contentId, status]),
      units.map((unit) => [unit.id, truthOf(unit, context).status]),
    );
  }
}
