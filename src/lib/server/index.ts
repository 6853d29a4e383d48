/**
 * Progress on the server: the database, the rules applied in durable transactions, the endpoints.
 *
 * @example
 * import { createProgressServer, sqlite } from 'sveltekit-cairn/server';
 *
 * export const progress = createProgressServer({
 *   catalogue: createCatalogue(content),
 *   database: sqlite('data/progress.db'),
 *   identify: (event) => event.locals.user?.id ?? null,
 * });
 * await progress.migrate();
 */
export type { RecordedAct } from './acts.ts';
export type { LoggedAttempt } from './attempts.ts';
export type { Certificate } from './certificates.ts';
export type { AnyKysely, Database, Row, Script, Statement } from './database.ts';
export { isMissingUser, isUnavailable } from './database.ts';
export type { Endpoint, Endpoints } from './endpoints.ts';
export type { Grade } from './grading.ts';
export type { DatabaseSource } from './open-database.ts';
export { openDatabase } from './open-database.ts';
export { postgres } from './postgres.ts';
export { newTraceId, Problem, problemResponse } from './problem.ts';
export type { FieldError, ProblemCode, ProblemDetails, Refusal } from './problem.ts';
export { createProgressServer } from './progress.ts';
export type { Handlers, ProgressOptions, ProgressServer } from './progress.ts';
export { isForeign, readJson, refuseOtherMethods } from './request.ts';
export type { UsersTable } from './schema.ts';
export { sqlite } from './sqlite.ts';
export { prepare } from './statement.ts';
