import type { Catalogue, Item } from '../core/index.ts';
import { progressOfContainer, rollUpOf, toIso } from '../core/index.ts';
import type { Script } from './database.ts';
import type { Ledger } from './ledger.ts';
import type { CertificateRow } from './schema.ts';
import type { Due, Transaction } from './transaction.ts';
import { pair } from './transaction.ts';

/** What a certificate says, to anybody who has its address: nothing else of the learner. */
export type Certificate = Omit<CertificateRow, 'userId'>;

/** The form that certificates have; of anything else there is none. */
const CERTIFICATE_ID = /^[\w-]{1,64}$/;

/** Says whether there could be a certificate with this id. */
export function isCertificateId(id: string): boolean {
  return CERTIFICATE_ID.test(id);
}

/** Leaves out whose a certificate is. */
export function published({ userId, ...certificate }: CertificateRow): Certificate {
  return certificate;
}

/**
 * Which of the changed content ids are courses that are all done now and whose finished mark names no
 * certificate.
 */
export function coursesDue(
  catalogue: Catalogue,
  ledger: Ledger,
  changed: Iterable<string>,
): Item[] {
  return [...changed].flatMap((id) => {
    const course = catalogue.items.get(id);
    if (course?.id !== id || course.type !== 'course') return [];
    // Its mark alone may only say that it was a lesson once, and completed as one.
    const { progressPercentage } = progressOfContainer(catalogue, ledger.book, course);
    if (progressPercentage < 100) return [];
    return rollUpOf(catalogue, ledger.book, course).mark?.certificate === undefined ? course : [];
  });
}

/**
 * Issues what is due, for a whole group of requests at once, and notes it in the finished marks.
 *
 * The learners are locked, so nobody else issues the same; what there is already for a course, under
 * any of its ids, is noted again. A learner without a name gets nothing yet.
 */
export function* issueCertificates(transaction: Transaction): Script<void> {
  const { queries, newId } = transaction;
  const due = [...transaction.due.values()];
  const names = yield* queries.learnerNames([...new Set(due.map((each) => each.ledger.userId))]);
  const named = due.filter(({ ledger }) => names.get(ledger.userId)?.trim());
  if (named.length === 0) return;

  const keys = named.flatMap(({ ledger: { userId }, course }) =>
    course.ids.map((courseId) => ({ userId, courseId })),
  );
  const known = new Map(
    (yield* queries.certificatesFor(keys)).map(({ userId, courseId, id }) => [
      pair(userId, courseId),
      id,
    ]),
  );
  const fresh: CertificateRow[] = [];
  for (const each of named) {
    const { userId } = each.ledger;
    const [there] = each.course.ids.flatMap((id) => known.get(pair(userId, id)) ?? []);
    const id = there ?? newId();
    if (!there) fresh.push(certificateFor(transaction, each, { id, name: names.get(userId)! }));
    note(transaction, each, id);
  }
  yield* queries.insertCertificates(fresh);
}

function certificateFor(
  { catalogue }: Transaction,
  { ledger, course }: Due,
  { id, name }: { id: string; name: string },
): CertificateRow {
  return {
    id,
    userId: ledger.userId,
    courseId: course.id,
    issuedAt: toIso(rollUpOf(catalogue, ledger.book, course).mark!.at)!,
    learnerName: name,
    courseTitle: course.title,
    courseVersion: course.version ?? 1,
  };
}

/** Names the certificate in the course's finished mark, and in the row that will be written. */
function note({ catalogue }: Transaction, { ledger, course }: Due, certificate: string): void {
  const { book, rows } = ledger;
  const rollUp = rollUpOf(catalogue, book, course);
  const noted = { ...rollUp, mark: { ...rollUp.mark!, certificate } };
  book.rollUps.set(course.id, noted);
  rows.set(course.id, { ...rows.get(course.id)!, rollUp: noted });
}
