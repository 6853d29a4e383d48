import ranges from '@fontsource/source-serif-4/unicode.json' with { type: 'json' };
import type { Certificate } from 'sveltekit-cairn/server';
import { certificateMessages, messages } from '../messages.ts';
import { fitText } from './fit-text.ts';
import { PICTURE } from './picture-size.ts';

/** The typeface of pictures. */
export const FONT = 'Source Serif 4';

/** The stones of `CairnMark`, 32 units wide. */
const MARK = [
  'M12.2 4.6c1.7-1.4 5.4-1.5 7.2 0 1.3 1.1 1.2 3-.4 3.7-1.9.8-4.8.8-6.5 0-1.5-.7-1.6-2.6-.3-3.7z',
  'M8.3 12.2c2.6-2 11.7-2.3 14.7-.2 2 1.4 1.8 4.3-.6 5.1-3.5 1.2-9.5 1.2-13.1.1-2.4-.8-2.9-3.6-1-5z',
  'M4.6 21.6c3.6-2.5 18.9-2.6 22.7-.2 2.5 1.6 2.4 5.6-.9 6.5-5.2 1.4-15.5 1.4-20.7.1-3.4-.9-3.6-4.7-1.1-6.4z',
];

const INK = '#25231f';
const ACCENT = '#1f5c86';
const SMALL = { size: 26, colour: '#605b51' };
const MIDDLE = PICTURE.width / 2;

/**
 * A certificate as social sites show it, as SVG. What the typeface has no letters for is left out:
 * nobody's name is shown as a row of boxes.
 */
export function pictureOf(certificate: Certificate, siteTitle: string): string {
  const { width, height } = PICTURE;
  const foot = [messages.date(certificate.issuedAt), ...(canShow(siteTitle) ? [siteTitle] : [])];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="${FONT}" text-anchor="middle">
<rect width="${width}" height="${height}" fill="#fdfcf9"/>
<rect x="28" y="28" width="${width - 56}" height="${height - 56}" fill="none" stroke="#8a8475" stroke-width="2"/>
<rect x="40" y="40" width="${width - 80}" height="${height - 80}" fill="none" stroke="#e3ded2" stroke-width="2"/>
<g transform="translate(${MIDDLE - 40} 70) scale(2.5)" fill="${ACCENT}">${MARK.map((d) => `<path d="${d}"/>`).join('')}</g>
${line(certificateMessages.title.toUpperCase(), { ...SMALL, y: 200, spacing: 5 })}
${wordsOf(certificate).join('\n')}
${line(foot.join(' · '), { ...SMALL, y: 562 })}
</svg>`;
}

/** Who has completed what; or only one of them, in the middle. */
function wordsOf({ learnerName, courseTitle }: Certificate): string[] {
  const name = { size: 84, oneLine: 50, least: 28, colour: INK };
  const title = { size: 46, oneLine: 32, least: 22, colour: ACCENT };
  if (canShow(learnerName) && canShow(courseTitle)) {
    return [
      block(learnerName, { ...name, y: 316 }),
      line(certificateMessages.hasCompleted, { ...SMALL, y: 395 }),
      block(courseTitle, { ...title, y: 466 }),
    ];
  }
  if (canShow(learnerName)) return [block(learnerName, { ...name, y: 390 })];
  return canShow(courseTitle) ? [block(courseTitle, { ...title, size: 72, y: 380 })] : [];
}

/** Says whether the typeface has letters for all of a text: Latin, Greek, Cyrillic, Vietnamese. */
function canShow(text: string): boolean {
  return Array.from(text.normalize('NFC')).every((letter) => {
    const point = letter.codePointAt(0)!;
    return COVERED.some(([first, last]) => point >= first && point <= last);
  });
}

/** The code points that the files of the typeface are cut for, as pairs of first and last. */
const COVERED = Object.values(ranges)
  .flatMap((list) => list.split(','))
  .map((range): [number, number] => {
    const [first, last = first] = range.replace('U+', '').split('-');
    return [parseInt(first!, 16), parseInt(last!, 16)];
  });

interface Line {
  /** Where its letters stand; of two lines, the middle between them. */
  y: number;
  size: number;
  colour: string;
  spacing?: number;
}

/** A text in large type, on two lines when it is long. */
function block(text: string, options: Line & { oneLine: number; least: number }): string {
  const { lines, size } = fitText(text.normalize('NFC'), { width: 1040, ...options });
  const top = options.y - ((lines.length - 1) * size * 1.15) / 2;
  return lines
    .map((each, index) => line(each, { ...options, size, y: top + index * size * 1.15 }))
    .join('');
}

function line(text: string, { y, size, colour, spacing = 0 }: Line): string {
  const type = `font-size="${size.toFixed(1)}" letter-spacing="${spacing}"`;
  return `<text x="${MIDDLE}" y="${y.toFixed(1)}" ${type} fill="${colour}">${escaped(text)}</text>`;
}

function escaped(text: string): string {
  const entities: Record<string, string> = {
    '<': '&lt;',
    '>': '&gt;',
    '&': '&amp;',
    '"': '&quot;',
  };
  return text.replace(/[<>&"]/g, (sign) => entities[sign]!);
}
