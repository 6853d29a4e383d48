/**
 * Why the site cannot start, as one sentence for its owner. The server prints the sentence alone;
 * any other error is a mistake in the program and is printed with its stack.
 */
export class StartError extends Error {
  override name = 'StartError';
}
