/** Lines of text and the size of type, in pixels, at which none is wider than it may be. */
export interface FittedText {
  lines: string[];
  size: number;
}

/**
 * Fits a text into a width: on one line if that needs no smaller type than `oneLine` allows, else on
 * two of no larger type than that, which take no more room; what is too long even then is cut short, on
 * one line, and says so with an ellipsis.
 *
 * Widths are estimated from above by kinds of letters, which is enough to place a few words.
 */
export function fitText(
  text: string,
  { width, size, oneLine, least }: { width: number; size: number; oneLine: number; least: number },
): FittedText {
  const whole = width / widthOf(text);
  if (whole >= oneLine) return { lines: [text], size: Math.min(size, whole) };
  const lines = inTwo(text);
  const fitting = Math.min(oneLine, ...lines.map((line) => width / widthOf(line)));
  if (fitting >= least) return { lines, size: fitting };
  return { lines: [cut(text, width / least)], size: least };
}

/** Breaks a text at the space that leaves its longer half shortest. */
function inTwo(text: string): string[] {
  const words = text.split(' ');
  const breaks = words
    .slice(1)
    .map((_, index) => [words.slice(0, index + 1).join(' '), words.slice(index + 1).join(' ')]);
  const longer = (lines: string[]) => Math.max(...lines.map(widthOf));
  return breaks.reduce((best, each) => (longer(each) < longer(best) ? each : best), [text]);
}

/** Shortens a line to a width in ems. Letters keep their accents. */
function cut(line: string, width: number): string {
  if (widthOf(line) <= width) return line;
  const letters = [...new Intl.Segmenter().segment(line)].map(({ segment }) => segment);
  while (letters.length > 0 && widthOf(`${letters.join('')}…`) > width) letters.pop();
  return `${letters.join('').trimEnd()}…`;
}

/** How wide a text is at most, in ems of the type that pictures are set in. */
function widthOf(text: string): number {
  return Array.from(text).reduce((sum, letter) => sum + emsOf(letter), 0);
}

function emsOf(letter: string): number {
  if (/[ .,:;'’|!()[\]ijlftIJ-]/.test(letter)) return 0.39;
  if (/\p{M}/u.test(letter)) return 0;
  if (/[mwMWÆæŒœ@%—…\u0400-\u04ffωψΜ]/.test(letter)) return 1.08;
  return /\p{Lu}/u.test(letter) ? 0.85 : 0.66;
}
