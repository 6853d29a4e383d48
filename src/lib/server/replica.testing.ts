import { expect } from 'vitest';
import type { ContentData, ItemState, OperationKind } from '../core/index.ts';
import { expectSame } from '../core/laws.testing.ts';
import { changesSince, outcomes, send } from './device.testing.ts';
import type { Made } from './naive-server.testing.ts';
import type { Subject } from './recount.testing.ts';
import { shown } from './recount.testing.ts';
import type { Progress } from './school.testing.ts';

/** A device that works by itself and syncs now and then. */
export interface Replica {
  /** Does something to an item, as far as it knows it. */
  act(
    what: { kind: OperationKind; amount: number },
    where: { contentId: string; now: number },
  ): void;
  /**
   * Sends what was done and asks for what changed, unless there was nothing to send. A lost answer
   * leaves it where it was.
   */
  sync(
    subject: Subject,
    place: { content: ContentData[]; now: number; isLost: boolean },
  ): Promise<boolean>;
}

/** Makes a device. Its clock is wrong by `skew` milliseconds. */
export function createReplica(device: string, skew: number): Replica {
  const states = new Map<string, ItemState>();
  const records = new Map<string, Progress>();
  let outbox: (Made & { seq: number })[] = [];
  let cursor: string | null = null;
  let seq = 0;

  return {
    act: ({ kind, amount }, { contentId, now }) => {
      const state = states.get(contentId);
      seq += 1;
      outbox.push({
        seq,
        at: now + skew,
        contentId,
        kind,
        // What is absent, the server gives.
        ...(amount % 5 !== 0 && { epoch: state?.epoch ?? 0 }),
        ...(kind === 'advanced' && { percentage: amount }),
        ...(kind === 'completed' && { by: 'button' }),
        ...(kind === 'spent' && { ms: 100 * seq + amount }),
        ...(kind === 'saved' && { data: { page: amount } }),
        ...(kind === 'attempted' && { attempt: `${device}-${seq}` }),
        ...(kind === 'attempted' && (amount % 7 === 0 ? { answers: [] } : { score: amount })),
        ...(kind === 'reopened' && amount % 3 !== 0 && { seen: seenBy(state) }),
      });
    },

    sync: async ({ learner, naive }, { content, now, isLost }) => {
      if (outbox.length === 0) return false;
      const deviceNow = now + skew;
      const expected = naive.take(content, outbox, { device, deviceNow, now });
      const self = { device, now: deviceNow };
      const answer = await send(learner, outbox, { ...self, cursor });
      expect(outcomes(answer)).toEqual(expected);
      if (isLost) return true;

      outbox = [];
      const more = answer.more ? await changesSince(learner, answer.cursor, self) : answer;
      for (const { record, state } of [...answer.changes, ...more.changes]) {
        records.set(record.contentId, record);
        if (state) states.set(record.contentId, state as ItemState);
      }
      cursor = more.cursor;
      for (const record of (await learner.list()).body.progress) {
        const known = records.get(record.contentId);
        if (known) expectSame(shown(known), shown(record));
        else expect(record.completed ?? 0).toBeLessThanOrEqual(record.total ?? 0);
      }
      return true;
    },
  };
}

function seenBy(state: ItemState | undefined): Record<string, number> {
  const entries = Object.entries(state?.done ?? {}).map(
    ([device, completions]): [string, number] => [device, completions.at(-1)!.seq],
  );
  return Object.fromEntries(entries);
}
