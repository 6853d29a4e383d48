/** Something in the content folder that its author should know. */
export interface Problem {
  /** Errors keep the site from starting; warnings do not. */
  severity: 'error' | 'warning';
  /** As it is found from the working directory: it begins with the folder that was asked for. */
  file: string;
  /** From 1. */
  line: number;
  message: string;
}

/** What is wrong at a line of a file that is known to the caller. */
export interface Finding {
  /** An error when absent. */
  severity?: Problem['severity'];
  /** From 1. */
  line: number;
  message: string;
}

/** A finding as a problem of the file that it was made in. */
export function problemIn(file: string, { severity = 'error', line, message }: Finding): Problem {
  return { severity, file, line, message };
}

/** One line for a terminal: `content/01-web/_index.md:3: title: must be text`. */
export function describeProblem({ severity, file, line, message }: Problem): string {
  return `${file}:${line}: ${severity === 'warning' ? 'warning: ' : ''}${message}`;
}

/** Sorts by file and line, errors and warnings together. */
export function inFileOrder(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => compareText(a.file, b.file) || a.line - b.line);
}

/** The content cannot be used as it is; the message lists every error with its file and line. */
export class ContentError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const errors = problems.filter((problem) => problem.severity === 'error');
    const lines = errors.map((problem) => `  ${describeProblem(problem)}`);
    super(`The content has ${errors.length === 1 ? 'an error' : `${errors.length} errors`}:
${lines.join('\n')}`);
    this.name = 'ContentError';
    this.problems = problems;
  }
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
