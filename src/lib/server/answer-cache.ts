/**
 * Gives the answer under a key as JSON: the one kept, else what `make` resolves to, kept from now on.
 * The key names all that the answer is made of, so a kept answer is right for as long as it is
 * asked for.
 */
export type Answers = (
  key: string,
  make: () => Promise<unknown>,
) => Promise<Uint8Array<ArrayBuffer>>;

/** What an entry takes besides its text and its key. */
const OVERHEAD = 200;

/** Keeps finished answers in memory, up to so many bytes; those not asked for longest go first. */
export function createAnswers(capacity: number): Answers {
  // A map holds its keys in the order in which they were set: the first was not asked for longest.
  const kept = new Map<string, Uint8Array<ArrayBuffer>>();
  const encoder = new TextEncoder();
  let size = 0;

  const forget = (key: string) => {
    const answer = kept.get(key);
    if (!answer) return undefined;
    kept.delete(key);
    size -= sizeOf(key, answer);
    return answer;
  };
  const keep = (key: string, answer: Uint8Array<ArrayBuffer>) => {
    kept.set(key, answer);
    size += sizeOf(key, answer);
    for (const oldest of kept.keys()) {
      if (size <= capacity) break;
      forget(oldest);
    }
    return answer;
  };

  return async (key, make) => {
    const known = forget(key);
    if (known) return keep(key, known);
    const made = encoder.encode(JSON.stringify(await make()));
    // Somebody else may have asked for the same and been faster.
    forget(key);
    return keep(key, made);
  };
}

function sizeOf(key: string, answer: Uint8Array): number {
  return OVERHEAD + 2 * key.length + answer.byteLength;
}
