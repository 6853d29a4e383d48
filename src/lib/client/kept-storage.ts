import type { Change, Operation } from '../core/index.ts';
import type { DeviceStorage, LearnerKey, Waiting } from './device-storage.ts';
import { isMark, userKey, userOf } from './device-storage.ts';
import { recoverNotes, writeNote } from './kept-notes.ts';
import { keptOutbox } from './kept-outbox.ts';
import type { OutboxRow } from './kept-values.ts';
import { clearWork, keys, listed, operationsOf, outboxRow } from './kept-values.ts';
import type { KeyValue, Reads, Writes } from './key-value.ts';
import type { Attention } from './outbox.ts';
import { remake } from './outbox.ts';
import { withOverflow } from './overflow.ts';

const HERE = ['here'] as const;
const LEASE = ['lease'] as const;

interface Lease {
  holder: string;
  /** In milliseconds since 1970, by the holder's clock. */
  from: number;
  until: number;
}

/** Device storage among values by key, wherever those are; what is noted may be elsewhere. */
export function keptStorage(
  kept: KeyValue,
  newId: () => string,
  notes: KeyValue = kept,
): DeviceStorage {
  const places = { kept, notes };
  /** Names this page's notes. */
  let page: string | undefined;
  let notesMade = 0;
  const guestKey = (): LearnerKey => `guest ${newId()}`;
  return {
    durable: kept.durable,

    note: (learner, acts) =>
      writeNote(notes, keys.noted(learner, (page ??= newId()), ++notesMade), acts),
    recover: (now) => recoverNotes(places, { now, newId }),

    enter: (user, guest) => {
      const enter = () =>
        kept.write(async (values) => {
          const present = await hereIn(values);
          const stays =
            user === null ? present && userOf(present) === null : present === userKey(user);
          if (present && stays) return present;
          const learner = user === null ? (guest ?? guestKey()) : userKey(user);
          if (present) await leave(values, present);
          values.put(HERE, learner);
          return learner;
        });
      // A full disk still deletes: then at least nobody is here, and perhaps there is room.
      return enter().catch(() =>
        kept
          .write(async (values) => {
            const present = await hereIn(values);
            if (present) await leave(values, present);
            values.delete(HERE);
          })
          .then(enter),
      );
    },
    here: () =>
      kept.write(async (values) => {
        const present = await hereIn(values);
        if (present) return present;
        const learner = guestKey();
        values.put(HERE, learner);
        return learner;
      }),
    present: () => kept.read(async (values) => (await hereIn(values)) ?? null),
    outbox: async (learner) => withOverflow(await keptOutbox(kept, learner, newId), newId),

    rows: (learner) =>
      kept.read(async (values) => ({
        changes: await listed<Change>(values, keys.row(learner)),
        cursor: ((await values.get(keys.cursor(learner))) ?? null) as string | null,
      })),
    keepRows: (learner, { changes, cursor, after, reset = false }) =>
      kept.write(async (values) => {
        if ((await hereIn(values)) !== learner) return;
        if (reset) values.clear(keys.row(learner));
        for (const change of changes) {
          values.put(keys.row(learner, change.record.contentId), change);
        }
        const end = (await values.get(keys.cursor(learner))) ?? null;
        if (reset || after === null || end === after) values.put(keys.cursor(learner), cursor);
      }),

    waiting: () =>
      kept.read(async (values) => {
        const found: Waiting[] = [];
        for (const [key, row] of await values.list(['outbox'])) {
          const learner = key[1] as LearnerKey;
          const { reservedFor } = row as OutboxRow;
          found.push({ learner, reservedFor, ...(await workIn(values, learner)) });
        }
        return found.filter(
          ({ operations, attention }) => operations.length + attention.length > 0,
        );
      }),
    adopt: (guest, user) =>
      kept.write(async (values) => {
        const { operations } = await workIn(values, guest);
        await outboxRow(values, userKey(user), newId);
        await deposit(values, userKey(user), remake(operations, newId()));
        // The outbox itself stays: a page that finds its own gone would fill it again.
        clearWork(values, guest);
      }),
    reserve: (guest, reservedFor) =>
      kept.write(async (values) => {
        const row = await values.get(keys.outbox(guest));
        if (row) values.put(keys.outbox(guest), { ...row, reservedFor });
      }),
    discard: async (learner) => {
      await Promise.all([
        notes.write((values) => values.clear(keys.noted(learner))),
        kept.write((values) => clearWork(values, learner)),
      ]);
    },
    deposit: (learner, operations) => kept.write((values) => deposit(values, learner, operations)),

    lease: (holder, { now, ms }) =>
      kept.write(async (values) => {
        const held = (await values.get(LEASE)) as Lease | undefined;
        // One that has not begun is by a clock that was put back since.
        const isHeld = held && held.from <= now && now < held.until;
        if (isHeld && held.holder !== holder) return false;
        values.put(LEASE, { holder, from: now, until: now + ms });
        return true;
      }),
  };
}

async function hereIn(values: Reads): Promise<LearnerKey | undefined> {
  return (await values.get(HERE)) as LearnerKey | undefined;
}

async function workIn(values: Reads, learner: LearnerKey) {
  return {
    operations: await operationsOf(values, learner),
    attention: await listed<Attention>(values, keys.attention(learner)),
  };
}

/** Puts operations into an outbox as they are; what is there already stays. */
async function deposit(
  values: Writes,
  learner: LearnerKey,
  operations: readonly Operation[],
): Promise<void> {
  for (const operation of operations) {
    const key = keys.operation(learner, operation.device, operation.seq);
    if (!(await values.get(key))) values.put(key, operation);
  }
}

/** Deletes what is kept of somebody who leaves, but not marks that nobody has acknowledged. */
async function leave(values: Writes, learner: LearnerKey): Promise<void> {
  values.clear(keys.row(learner));
  values.delete(keys.cursor(learner));
  const { operations, attention } = await workIn(values, learner);
  const isIdleGuest = userOf(learner) === null && !operations.some(isMark);
  if (isIdleGuest || operations.length + attention.length === 0) forget(values, learner);
}

function forget(values: Writes, learner: LearnerKey): void {
  clearWork(values, learner);
  values.delete(keys.outbox(learner));
}
