import type { Change, Operation } from '../core/index.ts';
import type { DeviceStorage, LearnerKey } from './device-storage.ts';
import { isMark, userKey, userOf } from './device-storage.ts';
import type { Attention, Outbox } from './outbox.ts';
import { addUnsent, firstWithin, remake, renumber, StorageLost } from './outbox.ts';

/** What is kept of one learner. */
interface Kept {
  device: string;
  lastSeq: number;
  restored: boolean;
  /** By device and number; those of other devices come first, each in the order of its numbers. */
  operations: Operation[];
  unsent: Set<string>;
  attention: Attention[];
  reservedFor: string | null;
  rows: Map<string, Change>;
  cursor: string | null;
}

/** Device storage that lasts as long as the page. No call waits in the middle, so each is one step. */
export function memoryStorage(newId: () => string): DeviceStorage {
  const learners = new Map<LearnerKey, Kept>();
  let present: LearnerKey | null = null;
  let leased = { holder: '', until: -Infinity };

  const keptOf = (learner: LearnerKey): Kept => {
    const kept = learners.get(learner) ?? nothingOf(newId());
    learners.set(learner, kept);
    return kept;
  };

  const leave = (learner: LearnerKey) => {
    const kept = keptOf(learner);
    const isEmpty = kept.attention.length + kept.operations.length === 0;
    const isIdleGuest = userOf(learner) === null && !kept.operations.some(isMark);
    if (isEmpty || isIdleGuest) learners.delete(learner);
    kept.rows.clear();
    kept.cursor = null;
    kept.restored = true;
  };

  const enter = (learner: LearnerKey): LearnerKey => {
    if (present !== null && present !== learner) leave(present);
    present = learner;
    return learner;
  };

  const guest = (): LearnerKey =>
    present !== null && userOf(present) === null ? present : `guest ${newId()}`;

  return {
    durable: false,
    enter: async (user) => enter(user === null ? guest() : userKey(user)),
    here: async () => present ?? enter(guest()),
    outbox: async (learner) => {
      const kept = keptOf(learner);
      return outboxOf(kept.restored, () => {
        if (learners.get(learner) === kept) return kept;
        throw new StorageLost('The outbox is gone.');
      });
    },

    rows: async (learner) => {
      const { rows, cursor } = keptOf(learner);
      return { changes: [...rows.values()], cursor };
    },
    keepRows: async (learner, { changes, cursor, reset = false }) => {
      if (learner !== present) return;
      const kept = keptOf(learner);
      if (reset) kept.rows.clear();
      for (const change of changes) kept.rows.set(change.record.contentId, change);
      kept.cursor = cursor;
    },

    waiting: async () =>
      [...learners]
        .map(([learner, { operations, attention, reservedFor }]) => ({
          learner,
          reservedFor,
          operations: [...operations],
          attention: [...attention],
        }))
        .filter(({ operations, attention }) => operations.length + attention.length > 0),
    adopt: async (from, user) => {
      const work = keptOf(from);
      const target = keptOf(userKey(user));
      target.operations = inOrder(
        [...target.operations, ...remake(work.operations, newId())],
        target,
      );
      learners.delete(from);
    },
    reserve: async (from, user) => {
      keptOf(from).reservedFor = user;
    },
    discard: async (learner) => {
      const kept = keptOf(learner);
      kept.operations = [];
      kept.attention = [];
      kept.unsent.clear();
    },
    deposit: async (learner, operations) => {
      const kept = keptOf(learner);
      const known = new Set(kept.operations.map(nameOf));
      const missing = operations.filter((operation) => !known.has(nameOf(operation)));
      kept.operations = inOrder([...kept.operations, ...missing], kept);
    },

    lease: async (holder, { now, ms }) => {
      if (leased.holder !== holder && leased.until > now) return false;
      leased = { holder, until: now + ms };
      return true;
    },
  };
}

function nothingOf(device: string): Kept {
  return {
    device,
    lastSeq: 0,
    restored: false,
    operations: [],
    unsent: new Set(),
    attention: [],
    reservedFor: null,
    rows: new Map(),
    cursor: null,
  };
}

function outboxOf(restored: boolean, find: () => Kept): Outbox {
  return {
    restored,
    identity: async () => {
      const { device, lastSeq } = find();
      return { device, lastSeq };
    },
    unacknowledged: async () => [...find().operations],
    attention: async () => [...find().attention],

    add: async (acts) => {
      const kept = find();
      const unsent = kept.operations.filter((operation) => kept.unsent.has(nameOf(operation)));
      const added = addUnsent(unsent, acts, kept);
      const operations = new Map(kept.operations.map((each) => [nameOf(each), each]));
      for (const operation of added) {
        operations.set(nameOf(operation), operation);
        kept.unsent.add(nameOf(operation));
        kept.lastSeq = Math.max(kept.lastSeq, operation.seq);
      }
      kept.operations = [...operations.values()];
      return added;
    },

    take: async (limits) => {
      const kept = find();
      const batch = firstWithin(kept.operations, limits);
      for (const operation of batch) kept.unsent.delete(nameOf(operation));
      return batch;
    },

    acknowledge: async (device, results) => {
      const kept = find();
      for (const { seq, status, code = status } of results) {
        const name = nameOf({ device, seq });
        const operation = kept.operations.find((each) => nameOf(each) === name);
        if (operation && status === 'rejected') kept.attention.push({ operation, code });
        kept.operations = kept.operations.filter((each) => each !== operation);
        kept.unsent.delete(name);
      }
    },

    renew: async (renewal) => {
      const kept = find();
      const own = kept.operations.filter(({ device }) => device === kept.device);
      const others = kept.operations.filter(({ device }) => device !== kept.device);
      const renumbered = renumber(own, renewal);
      kept.device = renewal.device;
      kept.lastSeq = renumbered.length;
      kept.operations = [...others, ...renumbered];
      // Under the new name nothing was sent yet.
      kept.unsent = new Set(renumbered.map(nameOf));
    },

    dismiss: async (operation) => {
      const kept = find();
      kept.attention = kept.attention.filter(
        (each) => nameOf(each.operation) !== nameOf(operation),
      );
    },
  };
}

function nameOf({ device, seq }: Pick<Operation, 'device' | 'seq'>): string {
  return `${device} ${seq}`;
}

/** Those of other devices first, each device's by rising number. */
function inOrder(operations: readonly Operation[], { device: own }: Kept): Operation[] {
  return [...operations].sort((a, b) => {
    if (a.device === b.device) return a.seq - b.seq;
    if (a.device === own || b.device === own) return a.device === own ? 1 : -1;
    return a.device < b.device ? -1 : 1;
  });
}
