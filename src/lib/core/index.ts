/**
 * The rules of progress: pure functions, the same in the browser, on the server and in reports.
 *
 * @example
 * const catalogue = createCatalogue([{ id: 'knots', type: 'course', title: 'Knots', children: [
 *   { id: 'bowline', type: 'lesson', title: 'The bowline' },
 * ] }]);
 * const book = createBook();
 * apply(catalogue, book, { device: 'my-laptop', seq: 1, contentId: 'bowline', time: 0, epoch: 0,
 *   kind: 'completed', by: 'button', version: 1 });
 * progressOf(catalogue, book, catalogue.items.get('knots')!).progressPercentage; // 100
 */
export { activityOf, isTimeZone, workIn } from './activity.ts';
export type { ActiveDay, Activity, Work } from './activity.ts';
export {
  apply,
  createBook,
  isFresh,
  isNewlyFull,
  progressOf,
  progressOfContainer,
  progressOfUnit,
  recount,
  rollUpOf,
  settle,
} from './book.ts';
export type { Book } from './book.ts';
export {
  ancestorsOf,
  countsIn,
  createCatalogue,
  isUnit,
  lessonsCompletedBy,
  openOutline,
  outlineOf,
  scopeOf,
  unitsOf,
  walk,
} from './catalogue.ts';
export type { Catalogue, Item, Outline } from './catalogue.ts';
export { CONTENT_TYPES, DEFAULT_PASSING_SCORE, isContentId, isUnitType } from './content.ts';
export type { CompletionTrigger, ContentData, ContentType, ScorePolicy } from './content.ts';
export { checkContent } from './content-check.ts';
export type { ContentProblem } from './content-check.ts';
export { completing, reopening, restarting } from './expand.ts';
export type { AddressedAct } from './expand.ts';
export { explain } from './explain.ts';
export type { Explanation, Reason } from './explain.ts';
export { hashText } from './hash.ts';
export { isBlank, isCompleted, UNTOUCHED } from './item-state.ts';
export type { Attempt, Completion, ItemState, Saved } from './item-state.ts';
export { canonical, canonicalText, isSame } from './json.ts';
export type { Json } from './json.ts';
export { valueAt } from './keyed.ts';
export type { Keyed } from './keyed.ts';
export { continueAt, next } from './next.ts';
export type { Next } from './next.ts';
export { COMPLETED_BY, isLogged } from './operation.ts';
export type {
  Act,
  Claim,
  CompletedBy,
  Judgement,
  Operation,
  OperationKind,
  Origin,
  Seen,
  Stamped,
} from './operation.ts';
export { toIso, toRecord } from './record.ts';
export type {
  Change,
  Loaded,
  ProgressRecord,
  RecordKey,
  SyncResponse,
  SyncResult,
} from './record.ts';
export { given } from './roll-up.ts';
export type { ContainerProgress, Mark, RollUp, Sums } from './roll-up.ts';
export { entryIn, headingIn } from './saved-data.ts';
export { effectiveTime, stamp } from './stamp.ts';
export type { Clocks, StampContext } from './stamp.ts';
export { overviewOf, summarise } from './summary.ts';
export type {
  ContainerSummary,
  CourseOverview,
  CourseSummary,
  ModuleSummary,
  OpenPlace,
  Overview,
  Target,
  UnitSummary,
} from './summary.ts';
export { transport } from './transport.ts';
export { STATUSES, unitProgress } from './unit-progress.ts';
export type { Progress, Status } from './unit-progress.ts';
export {
  ATTEMPT_ID,
  contentQuerySchema,
  listQuerySchema,
  MAX_BODY_BYTES,
  MAX_DATA_BYTES,
  MAX_OPERATIONS,
  operationSchema,
  summaryQuerySchema,
  syncRequestSchema,
  updateRequestSchema,
} from './wire.ts';
export type { ListQuery, SyncRequest, UpdateRequest } from './wire.ts';
