import type { Stamped, SyncResult } from '../core/index.ts';
import { canonicalText, isLogged } from '../core/index.ts';
import type { OperationRow } from './schema.ts';
import type { Device, TimedDraft, Transaction } from './transaction.ts';
import { pair } from './transaction.ts';

/** The answer to an operation that was accepted before, or whose name was; else null. */
export function knownAs(
  transaction: Transaction,
  { userId, deviceId, lastSeq }: Device,
  draft: TimedDraft,
): SyncResult | null {
  const { seq } = draft;
  if (seq > lastSeq) return null;
  if (!isLogged(draft.kind)) return { seq, status: 'duplicate' };
  const logged = transaction.known.get(pair(userId, deviceId, seq));
  if (!logged) return null;
  if (isSame(draft, logged)) return { seq, status: 'duplicate' };
  return { seq, status: 'rejected', code: 'seq_reuse' };
}

/** Compares an operation with a logged one by all that its device chose. */
function isSame(draft: TimedDraft, logged: OperationRow): boolean {
  const { contentId, kind } = draft;
  if (contentId !== logged.contentId || kind !== logged.kind) return false;
  const payload = logged.payload as Record<string, unknown>;
  return Object.entries(carried(draft)).every(
    ([key, value]) => canonicalText(value) === canonicalText(payload[key]),
  );
}

/** What an operation carries besides its name, place and time. */
function carried(draft: TimedDraft): Record<string, unknown> {
  const { device, seq, contentId, kind, at, epoch, time, graded, late, ...payload } = draft;
  return payload;
}

/** Adds an accepted operation to the log, with what its device chose and what it was stamped with. */
export function writeLog(
  transaction: Transaction,
  { userId, deviceId }: Device,
  { draft, stamped }: { draft: TimedDraft; stamped: Stamped },
): void {
  const { seq, contentId, kind, time, device, ...stamps } = stamped;
  const row = {
    userId,
    deviceId,
    seq,
    contentId,
    kind,
    payload: { ...carried(draft), ...stamps },
    at: draft.at,
    effectiveAt: new Date(time).toISOString(),
    receivedAt: new Date(transaction.now).toISOString(),
  } as OperationRow;
  transaction.log.push(row);
  transaction.known.set(pair(userId, deviceId, seq), row);
}
