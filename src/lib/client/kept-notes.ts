import type { LearnerKey } from './device-storage.ts';
import { outboxRow, putActs } from './kept-values.ts';
import type { Entry, Key, KeyValue, Writes } from './key-value.ts';
import type { Note, TimedAct } from './outbox.ts';

/** Where outboxes are kept. */
export interface Places {
  kept: KeyValue;
  /**
   * What has no number yet is not kept among the rest: there it would wait until whoever is at it is
   * through, and be lost if its page goes meanwhile. No step covers both places, so a receipt among
   * the rest says of a note that its acts have numbers: to a page that was only slow, and to one
   * that read the note before.
   */
  notes: KeyValue;
}

/** Longer than a page sleeps in a browser's cache, in milliseconds. */
const DAY = 24 * 60 * 60_000;

/** Notes acts, and waits for nothing. */
export function writeNote(notes: KeyValue, name: Key, acts: readonly TimedAct[]): Note {
  const blindly = (step: (values: Writes) => void) => {
    // A mark that could not be noted waits for its number as it would have done anyway.
    notes.write(step).catch(() => undefined);
  };
  blindly((values) => values.put(name, acts));
  return { name, at: atOf(acts), drop: () => blindly((values) => values.delete(name)) };
}

/** Writes down that the acts of a note get numbers in this step; false when they have some already. */
export async function claim(
  values: Writes,
  { name, at }: Pick<Note, 'name' | 'at'>,
): Promise<boolean> {
  const receipt = receiptOf(name);
  if ((await values.get(receipt)) !== undefined) return false;
  values.put(receipt, at);
  return true;
}

/** Makes operations of what is noted, whoever did it. Says whether there was any. */
export async function recoverNotes(
  { kept, notes }: Places,
  { now, newId }: { now: number; newId: () => string },
): Promise<boolean> {
  // Receipts first: one whose note is gone by then protects only from who is late.
  const receipts = await kept.read((values) => values.list(['receipt']));
  const noted = await listNotes(notes);
  await dropReceipts(kept, old(receipts, { noted, now }));
  const recover = async ([name, acts]: NotedActs): Promise<boolean> => {
    await kept.write(async (values) => {
      if (!(await claim(values, { name, at: atOf(acts) }))) return;
      const learner = name[1] as LearnerKey;
      const { row } = await outboxRow(values, learner, newId);
      await putActs(values, { learner, row }, acts.map(takingBackAllOf(row.device)));
    });
    await notes.write((values) => values.delete(name));
    return true;
  };
  let isAny = false;
  for (const each of noted) {
    // One that finds no room, or that only a newer version understands, stays.
    const isRecovered = await recover(each).catch(() => false);
    isAny ||= isRecovered;
  }
  return isAny;
}

type NotedActs = readonly [Key, readonly TimedAct[]];

/** What is noted, by when it was done. */
async function listNotes(notes: KeyValue): Promise<NotedActs[]> {
  const noted = (await notes.read((values) => values.list(['noted']))) as unknown as NotedActs[];
  return noted.sort(([, a], [, b]) => atOf(a) - atOf(b));
}

/** Receipts that nobody comes back for. */
function old(
  receipts: readonly Entry[],
  { noted, now }: { noted: readonly NotedActs[]; now: number },
): Key[] {
  const needed = new Set(noted.map(([name]) => String(receiptOf(name))));
  return receipts
    .filter(([name, at]) => Math.abs(now - (at as number)) > DAY && !needed.has(String(name)))
    .map(([name]) => name);
}

async function dropReceipts(kept: KeyValue, names: readonly Key[]): Promise<void> {
  if (names.length === 0) return;
  await kept.write((values) => {
    for (const name of names) values.delete(name);
  });
}

/**
 * Numbers that an act refers to were guessed: who took something back on a device took back all that
 * is there.
 */
function takingBackAllOf(device: string) {
  return (act: TimedAct): TimedAct =>
    act.kind === 'reopened' ? { ...act, seen: { ...act.seen, [device]: Infinity } } : act;
}

function receiptOf([, ...name]: Key): Key {
  return ['receipt', ...name];
}

function atOf([first]: readonly TimedAct[]): number {
  return first?.at ?? 0;
}
