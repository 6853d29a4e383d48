/** Writes a line to the site's log, which is its standard error. */
export function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

/**
 * Writes a failure to the log under its trace id, with the stacks of its causes. Of an error only
 * the stack is written: its other properties may hold what somebody typed.
 */
export function logFailure(traceId: string, where: string, error: unknown): void {
  log(`${where} failed (${traceId}):`);
  let cause = error;
  while (cause instanceof Error) {
    log(cause.stack ?? cause.message);
    cause = cause.cause;
  }
  if (cause !== undefined) log(`Thrown: ${typeof cause}`);
}
