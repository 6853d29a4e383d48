import * as v from 'valibot';
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document, Pair, YAMLError, YAMLMap } from 'yaml';
import { CONTENT_TYPES } from 'sveltekit-cairn';
import { list, text, truth, wholeNumber } from './front-matter-values.ts';
import { questions } from './questions.ts';
import type { Finding } from './problems.ts';

const positive = (what: string) => v.pipe(v.number(what), v.finite(what), v.gtValue(0, what));

const trigger = v.union(
  [
    v.picklist(['button', 'scroll', 'time', 'video', 'exercise']),
    v.object({ time: positive('must be a number of seconds above 0') }),
  ],
  'must be button, scroll, time, video, exercise or { time: seconds above 0 }',
);

/** Ranges that hold for any catalogue (`atLeast`, `attempts` …) are the library's to check. */
const frontMatter = v.object({
  id: v.optional(v.string('must be text (put it in quotes)')),
  title: v.optional(text),
  description: v.optional(text),
  type: v.optional(v.picklist(CONTENT_TYPES, `must be ${CONTENT_TYPES.join(', ')}`)),
  order: v.optional(v.pipe(v.number('must be a number'), v.finite('must be a number'))),
  duration: v.optional(positive('must be a number of minutes above 0')),
  optional: v.optional(truth),
  draft: v.optional(truth),
  version: v.optional(wholeNumber),
  aliases: v.optional(list(v.string('must be text (put it in quotes)'))),
  completion: v.optional(v.pipe(list(trigger), v.nonEmpty('must name at least one trigger'))),
  atLeast: v.optional(wholeNumber),
  passingScore: v.optional(wholeNumber),
  score: v.optional(v.picklist(['best', 'latest', 'first'], 'must be best, latest or first')),
  attempts: v.optional(wholeNumber),
  questions: v.optional(questions),
});

/** What an author said about a page, unknown keys left out. */
export type FrontMatter = v.InferOutput<typeof frontMatter>;

/** A page's text, parted. */
export interface PartedPage {
  values: FrontMatter;
  /** The line of each key, from 1. */
  lines: ReadonlyMap<string, number>;
  problems: Finding[];
  /** The Markdown, with an empty line for each line of front matter, so that its lines count right. */
  body: string;
}

/**
 * Reads the front matter of a page: YAML between two lines of `---` at its very start. Byte order
 * mark and CRLF are welcome. What is wrong is left out of `values` and told in `problems`.
 */
export function readFrontMatter(page: string): PartedPage {
  const source = page.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const fenced = /^---[ \t]*\n((?:(?!---[ \t]*(?:\n|$)).*\n)*?)---[ \t]*(?:\n|$)/.exec(source);
  if (!fenced) return { ...withoutFrontMatter(), problems: unclosed(source), body: source };
  const emptyLines = fenced[0].replace(/[^\n]+/g, '');
  return { ...readYaml(fenced[1]!), body: emptyLines + source.slice(fenced[0].length) };
}

type Values = Omit<PartedPage, 'body'>;

function withoutFrontMatter(): Values {
  return { values: {}, lines: new Map(), problems: [] };
}

/** A page may begin with a rule (`---`); with a key in its second line it was meant as front matter. */
function unclosed(source: string): Finding[] {
  if (!/^---[ \t]*\n\s*[A-Za-z]\w*[ \t]*:/.test(source)) return [];
  return [{ line: 1, message: 'the front matter has no closing line of ---' }];
}

function readYaml(yaml: string): Values {
  const counter = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: counter, prettyErrors: false });
  // The opening fence is the first line of the file.
  const lineAt = (offset: number) => counter.linePos(offset).line + 1;
  const refuse = (...problems: Finding[]) => ({ ...withoutFrontMatter(), problems });
  if (document.errors.length > 0) {
    return refuse(
      ...document.errors.map((error) => ({
        line: lineAt(error.pos[0]),
        message: explainYaml(error),
      })),
    );
  }
  if (document.contents === null) return withoutFrontMatter();
  if (!isMap(document.contents)) {
    return refuse({ line: 2, message: 'the front matter must be lines of "key: value"' });
  }
  const lines = new Map(
    keysOf(document.contents).map((key) => [key, lineAt(positionOf(document, [key]))]),
  );
  try {
    const { values, issues } = check(Object(document.toJS()) as object);
    const problems = issues.map(({ path, message }) => ({
      line: lineAt(positionOf(document, path)),
      message,
    }));
    return { values, lines, problems };
  } catch (error) {
    // An alias without its anchor, or one that would unfold without end.
    const reason = error instanceof Error ? error.message : String(error);
    return refuse({ line: 2, message: `not valid YAML: ${reason}` });
  }
}

function explainYaml({ code, message }: YAMLError): string {
  const hint = code === 'BLOCK_AS_IMPLICIT_KEY' ? ' (put text with a colon in quotes)' : '';
  return `not valid YAML: ${message.split('\n')[0]}${hint}`;
}

interface Issue {
  path: (string | number)[];
  message: string;
}

/** Keys with an issue are left out of the values; a key without a value is as good as absent. */
function check(yaml: object): { values: FrontMatter; issues: Issue[] } {
  const given = Object.entries(yaml).filter(([, value]) => value !== null);
  const result = v.safeParse(frontMatter, Object.fromEntries(given));
  if (result.success) return { values: result.output, issues: [] };
  const issues = result.issues.map(toIssue);
  const wrong = new Set(issues.map(({ path }) => path[0]));
  const right = given.filter(([key]) => !wrong.has(key));
  return { values: v.parse(frontMatter, Object.fromEntries(right)), issues };
}

function toIssue(issue: v.InferIssue<typeof frontMatter>): Issue {
  const path = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
  const name = path.reduce<string>((sofar, key) => {
    if (typeof key === 'number') return `${sofar}[${key}]`;
    return sofar ? `${sofar}.${key}` : key;
  }, '');
  const missing = issue.received === 'undefined' && path.length > 1;
  const message = missing ? 'is missing' : issue.message;
  return { path, message: `${name}: ${message}` };
}

function keysOf(map: YAMLMap): string[] {
  return map.items.map((pair) => keyOf(pair)).filter((key) => key !== undefined);
}

/** Offset of the deepest key or entry on a path that is there. */
function positionOf(document: Document, path: readonly (string | number)[]): number {
  let node: unknown = document.contents;
  let position = 0;
  for (const key of path) {
    let target: unknown;
    if (isMap(node)) {
      const pair = node.items.find((each) => keyOf(each) === key);
      target = pair?.key;
      node = pair?.value;
    } else if (isSeq(node) && typeof key === 'number') {
      target = node = node.items[key];
    }
    if (!isNode(target)) break;
    position = target.range?.[0] ?? position;
  }
  return position;
}

function keyOf(pair: Pair): string | undefined {
  return isScalar(pair.key) ? String(pair.key.value) : undefined;
}
