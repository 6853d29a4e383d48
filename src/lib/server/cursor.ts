import { Buffer } from 'node:buffer';
import * as v from 'valibot';
import { isContentId } from '../core/index.ts';
import { invalid } from './request.ts';

/** Where a device stands in a learner's changes. */
export interface Cursor {
  revision: number;
  /** The last content id of that revision that it has. */
  contentId: string;
}

/** Before the first change. */
export const START: Cursor = { revision: 0, contentId: '' };

/**
 * Reads a cursor. One of another catalogue begins again: containers count otherwise there, and
 * items may have come.
 *
 * @throws Problem `invalid` when the server never gave it.
 */
export function parseCursor(text: string | null, version: string): Cursor {
  if (text === null) return START;
  const [revision, contentId, catalogue] = readCursor(text);
  return catalogue === version ? { revision, contentId } : START;
}

function readCursor(text: string): [number, string, string] {
  try {
    return v.parse(cursorSchema, JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch {
    throw invalid([{ path: 'cursor', message: 'must be a cursor that the server gave, or null' }]);
  }
}

const cursorSchema = v.strictTuple([
  v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  v.pipe(
    v.string(),
    v.check((id) => id === '' || isContentId(id)),
  ),
  v.string(),
]);

/** Writes a cursor; what is in it is nobody's business but the server's. */
export function formatCursor({ revision, contentId }: Cursor, version: string): string {
  return Buffer.from(JSON.stringify([revision, contentId, version])).toString('base64url');
}
