import type { Operation } from '../core/index.ts';
import type { DeviceStorage, LearnerKey } from './device-storage.ts';
import { isMark, userKey, userOf } from './device-storage.ts';
import type { Look, OperationKey, Step } from './indexed-db.ts';
import { all, connectTo, look, step } from './indexed-db.ts';
import { indexedDbOutbox, newOutbox } from './indexed-db-outbox.ts';
import { remake } from './outbox.ts';
import { withOverflow } from './overflow.ts';

/**
 * Device storage in the browser's IndexedDB, shared by all tabs of the site.
 *
 * @throws DOMException when the browser refuses it.
 */
export async function openIndexedDb(
  newId: () => string,
  name = 'sveltekit-cairn',
): Promise<DeviceStorage> {
  const connection = connectTo(name);
  await connection();

  return {
    durable: true,
    enter: (user) =>
      step(connection, async (tx) => {
        const present = await presentIn(tx);
        const stays =
          user === null ? present && userOf(present) === null : present === userKey(user);
        if (present && stays) return present;
        const learner = user === null ? guestKey(newId) : userKey(user);
        if (present) await clearOut(tx, present);
        await tx.objectStore('device').put({ learner }, 'here');
        return learner;
      }),
    here: () =>
      step(connection, async (tx) => {
        const present = await presentIn(tx);
        if (present) return present;
        const learner = guestKey(newId);
        await tx.objectStore('device').put({ learner }, 'here');
        return learner;
      }),
    outbox: async (learner) =>
      withOverflow(await indexedDbOutbox(learner, { connection, newId }), newId),

    rows: (learner) =>
      look(connection, async (tx) => ({
        changes: await tx.objectStore('rows').getAll(all(learner)),
        cursor: (await tx.objectStore('cursors').get(learner)) ?? null,
      })),
    keepRows: (learner, { changes, cursor, reset = false }) =>
      step(connection, async (tx) => {
        if ((await presentIn(tx)) !== learner) return;
        const rows = tx.objectStore('rows');
        if (reset) await rows.delete(all(learner));
        for (const change of changes) await rows.put(change, [learner, change.record.contentId]);
        await tx.objectStore('cursors').put(cursor, learner);
      }),

    waiting: () =>
      look(connection, async (tx) => {
        const outboxes = await tx.objectStore('outboxes').getAll();
        const found = outboxes.map(async ({ learner, reservedFor }) => ({
          learner,
          reservedFor,
          operations: await tx.objectStore('operations').getAll(all(learner)),
          attention: await tx.objectStore('attention').getAll(all(learner)),
        }));
        return (await Promise.all(found)).filter(
          ({ operations, attention }) => operations.length + attention.length > 0,
        );
      }),
    adopt: (guest, user) =>
      step(connection, async (tx) => {
        const work = await tx.objectStore('operations').getAll(all(guest));
        const target = userKey(user);
        const outboxes = tx.objectStore('outboxes');
        if (!(await outboxes.get(target))) await outboxes.put(newOutbox(target, newId));
        await deposit(tx, target, remake(work, newId()));
        await clearOut(tx, guest, { completely: true });
      }),
    reserve: (guest, user) =>
      step(connection, async (tx) => {
        const row = await tx.objectStore('outboxes').get(guest);
        if (row) await tx.objectStore('outboxes').put({ ...row, reservedFor: user });
      }),
    discard: (learner) =>
      step(connection, async (tx) => {
        for (const store of ['operations', 'unsent', 'attention'] as const) {
          await tx.objectStore(store).delete(all(learner));
        }
      }),
    deposit: (learner, operations) => step(connection, (tx) => deposit(tx, learner, operations)),

    lease: (holder, { now, ms }) =>
      step(connection, async (tx) => {
        const held = await tx.objectStore('device').get('lease');
        const isTaken = held && 'holder' in held && held.holder !== holder && held.until > now;
        if (isTaken) return false;
        await tx.objectStore('device').put({ holder, until: now + ms }, 'lease');
        return true;
      }),
  };
}

/** Puts operations into an outbox as they are; what is there already stays. */
async function deposit(
  tx: Step,
  learner: LearnerKey,
  operations: readonly Operation[],
): Promise<void> {
  const store = tx.objectStore('operations');
  for (const operation of operations) {
    const key: OperationKey = [learner, operation.device, operation.seq];
    if (!(await store.getKey(key))) await store.put(operation, key);
  }
}

/** Deletes what is kept of somebody who left, but not marks that nobody has acknowledged. */
async function clearOut(tx: Step, learner: LearnerKey, { completely = false } = {}): Promise<void> {
  await tx.objectStore('rows').delete(all(learner));
  await tx.objectStore('cursors').delete(learner);
  const operations = await tx.objectStore('operations').getAll(all(learner));
  const attention = await tx.objectStore('attention').count(all(learner));
  const isIdleGuest = userOf(learner) === null && !operations.some(isMark);
  if (!completely && !isIdleGuest && operations.length + attention > 0) return;
  for (const store of ['operations', 'unsent', 'attention'] as const) {
    await tx.objectStore(store).delete(all(learner));
  }
  await tx.objectStore('outboxes').delete(learner);
}

async function presentIn(tx: Step | Look): Promise<LearnerKey | null> {
  const row = await tx.objectStore('device').get('here');
  return row && 'learner' in row ? row.learner : null;
}

function guestKey(newId: () => string): LearnerKey {
  return `guest ${newId()}`;
}
