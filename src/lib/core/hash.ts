/**
 * A short name for a text, the same everywhere: two 32-bit hashes in hexadecimal, made as FNV-1a but
 * of UTF-16 code units; the second begins at another offset and takes in where each unit stands.
 * Tells versions apart; it is no protection against forgery.
 *
 * Source: Fowler, Noll, Vo, "The FNV Non-Cryptographic Hash Algorithm" (IETF draft).
 */
export function hashText(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x2f6b9e31;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ (unit + i), 0x01000193);
  }
  return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}
