import { closeSync, openSync, readSync } from 'node:fs';

/** Width and height of an image in CSS pixels. */
export interface ImageSize {
  width: number;
  height: number;
}

/** Formats name their size in the first bytes; only JPEG may put a preview before it. */
const HEAD_BYTES = 256 * 1024;

/**
 * Reads how large an image is shown from the head of its file (PNG, JPEG, GIF, WebP, SVG), so that
 * the page can keep its place free; undefined where the file does not say.
 */
export function imageSize(file: string): ImageSize | undefined {
  const head = readHead(file);
  const size = sizeOf(head);
  return size && size.width > 0 && size.height > 0 ? size : undefined;
}

function readHead(file: string): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return head.subarray(0, readSync(descriptor, head));
  } finally {
    closeSync(descriptor);
  }
}

function sizeOf(head: Buffer): ImageSize | undefined {
  const starts = (text: string, at = 0) => head.toString('latin1', at, at + text.length) === text;
  if (starts('\x89PNG\r\n\x1a\n') && head.length >= 24) {
    return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) };
  }
  if (starts('GIF8') && head.length >= 10) {
    return { width: head.readUInt16LE(6), height: head.readUInt16LE(8) };
  }
  if (starts('\xff\xd8')) return jpegSize(head);
  if (starts('RIFF') && starts('WEBP', 8) && head.length >= 30) return webpSize(head);
  return svgSize(head.toString('utf8'));
}

/** Walks from marker to marker up to the frame header. */
function jpegSize(head: Buffer): ImageSize | undefined {
  let at = 2;
  while (at + 9 <= head.length) {
    const marker = head[at + 1]!;
    if (head[at] !== 0xff) return undefined;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { width: head.readUInt16BE(at + 7), height: head.readUInt16BE(at + 5) };
    // A filler byte stands alone, every other segment names its length.
    at += marker === 0xff ? 1 : 2 + head.readUInt16BE(at + 2);
  }
  return undefined;
}

function webpSize(head: Buffer): ImageSize | undefined {
  switch (head.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = head.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 };
    default:
      return undefined;
  }
}

/** Width and height of the drawing, else those of its view box. */
function svgSize(text: string): ImageSize | undefined {
  const tag = /<svg\s[^>]*>/.exec(text)?.[0];
  if (!tag) return undefined;
  const pixels = (name: string) => {
    const value = new RegExp(`\\s${name}\\s*=\\s*["']\\s*([\\d.]+)(?:px)?\\s*["']`).exec(tag)?.[1];
    return value === undefined ? undefined : Math.round(Number(value));
  };
  const width = pixels('width');
  const height = pixels('height');
  if (width && height) return { width, height };
  const box = /\sviewBox\s*=\s*["']\s*[-\d.]+[\s,]+[-\d.]+[\s,]+([\d.]+)[\s,]+([\d.]+)/.exec(tag);
  return box
    ? { width: Math.round(Number(box[1])), height: Math.round(Number(box[2])) }
    : undefined;
}
