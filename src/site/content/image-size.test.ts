import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folderWith } from './folder.testing.ts';
import { imageSize } from './image-size.ts';

const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex');
const sizeOf = (bytes: string | Uint8Array) =>
  imageSize(join(folderWith({ 'image.bin': bytes }), 'image.bin'));

it.each([
  ['PNG', hex('89504e470d0a1a0a 0000000d 49484452 00000140 000000f0')],
  ['GIF', hex('474946383961 4001 f000')],
  ['JPEG', hex('ffd8 ffe0 0004 0000 ff ffc4 0003 00 ffc2 0011 08 00f0 0140 03')],
  ['lossy WebP', hex('52494646 00000000 57454250 56503820 00000000 000000 9d012a 4001 f000')],
  ['lossless WebP', hex('52494646 00000000 57454250 5650384c 00000000 2f 3fc13b00 0000000000')],
  ['extended WebP', hex('52494646 00000000 57454250 56503858 0a000000 00000000 3f0100 ef0000')],
  [
    'SVG',
    '<?xml version="1.0"?><!-- x --><svg height="240px" viewBox="0 0 1 1" width=\'320\'></svg>',
  ],
  ['SVG with a view box alone', '<svg xmlns="x" width="100%" viewBox="0 0 320 240.0">'],
])('reads the size of %s', (_, bytes) => {
  expect(sizeOf(bytes)).toEqual({ width: 320, height: 240 });
});

it.each([
  ['nothing', ''],
  ['text', 'hello'],
  ['a cut PNG', hex('89504e470d0a1a0a0000')],
  ['a cut JPEG', hex('ffd8ffe00004')],
  ['a JPEG that goes wrong', hex('ffd8ffe00004000000000000000000000000')],
  ['an empty PNG', hex('89504e470d0a1a0a 0000000d 49484452 00000000 00000000')],
  ['an SVG without a size', '<svg><path/></svg>'],
])('says nothing of %s', (_, bytes) => {
  expect(sizeOf(bytes)).toBeUndefined();
});
