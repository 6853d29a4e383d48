import type { Certificate } from 'sveltekit-cairn/server';
import { describe, expect, test } from 'vitest';
import { draw } from './draw.ts';
import { PICTURE } from './picture-size.ts';
import { pictureOf } from './picture.ts';
import { createPictures } from './pictures.ts';

const CERTIFICATE: Certificate = {
  id: 'c0ffee',
  courseId: 'knots',
  courseTitle: 'Knots',
  courseVersion: 1,
  issuedAt: '2026-05-02T09:00:00.000Z',
  learnerName: 'Ada Lovelace',
};
const named = (learnerName: string): Certificate => ({ ...CERTIFICATE, learnerName });
/** The words of a picture, as they stand in it. */
const wordsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>(.*?)<\/text>/g)].map(([, it]) => it);

describe('the picture of a certificate', () => {
  test('says who has completed what and when', () => {
    expect(wordsOf(pictureOf(CERTIFICATE, 'Harbour school'))).toEqual([
      'CERTIFICATE OF COMPLETION',
      'Ada Lovelace',
      'has completed the course',
      'Knots',
      '2 May 2026 · Harbour school',
    ]);
  });

  test('shows what learners and authors typed, and runs none of it', () => {
    const svg = pictureOf(
      { ...named('<script>"A" & B</script>'), courseTitle: '</text><image href="x"/>' },
      '<b>',
    );
    expect(svg).not.toMatch(/<script|<image|<b>/);
    expect(wordsOf(svg)[1]).toBe('&lt;script&gt;&quot;A&quot; &amp; B&lt;/script&gt;');
    expect(draw(svg).length).toBeGreaterThan(1000);
  });

  test.each(['Zoë Łukasz', 'Ωμέγα', 'Жанна', 'Đặng Thị Hà', 'Zoe\u0308'])(
    'has letters for %s',
    (name) => {
      expect(wordsOf(pictureOf(named(name), 'School'))[1]).toBe(name.normalize('NFC'));
    },
  );

  test.each([
    'Ștefan Łukasz Ğöktürk Đặng Ελένη Ирина',
    'Ada King of Lovelace, Lady Byron',
    'Ada Lovelace',
  ])('sets no line of %s into another', (name) => {
    const svg = pictureOf({ ...named(name), courseTitle: name }, 'School');
    const lines = [...svg.matchAll(/<text x="\d+" y="([\d.]+)" font-size="([\d.]+)"/g)];
    expect(lines.length).toBeGreaterThanOrEqual(5);
    const room = lines.map(([, y, size]) => ({ top: +y! - +size! * 0.8, end: +y! + +size! / 4 }));
    room.slice(1).forEach(({ top }, index) => expect(top).toBeGreaterThan(room[index]!.end));
  });

  test.each(['山田 太郎', 'محمد', 'नेहा', 'Ada 🎉'])('leaves out %s instead of boxes', (name) => {
    const title = ['CERTIFICATE OF COMPLETION'];
    const foot = ['2 May 2026'];
    expect(wordsOf(pictureOf(named(name), name))).toEqual([...title, 'Knots', ...foot]);
    const other = { ...CERTIFICATE, courseTitle: name };
    expect(wordsOf(pictureOf(other, name))).toEqual([...title, 'Ada Lovelace', ...foot]);
    const none = { ...named(name), courseTitle: name };
    expect(wordsOf(pictureOf(none, name))).toEqual([...title, ...foot]);
  });

  test('is a PNG of the size that social sites ask for, and everybody’s is another', () => {
    const ada = draw(pictureOf(CERTIFICATE, 'School'));
    const bob = draw(pictureOf(named('Bob'), 'School'));
    expect(sizeOf(ada)).toEqual(PICTURE);
    expect(Buffer.from(ada).equals(bob)).toBe(false);
    expect(Buffer.from(ada).equals(draw(pictureOf(CERTIFICATE, 'School')))).toBe(true);
  });
});

describe('pictures', () => {
  test('are named by what they show', () => {
    const pictures = createPictures('School', () => 0);
    const { etag } = pictures.of(CERTIFICATE);
    expect(pictures.of({ ...CERTIFICATE }).etag).toBe(etag);
    expect(pictures.of(named('Bob')).etag).not.toBe(etag);
    expect(createPictures('Other', () => 0).of(CERTIFICATE).etag).not.toBe(etag);
  });

  test('are drawn once, and no more than sixty a minute', async () => {
    let now = 0;
    const drawn: string[] = [];
    const pictures = createPictures(
      'School',
      () => now,
      (svg) => {
        drawn.push(svg);
        return new Uint8Array(1);
      },
    );
    const ask = (index: number) => pictures.of(named(`Learner ${index}`)).draw();
    for (let index = 0; index < 60; index++) expect(await ask(index)).toHaveLength(1);
    expect(await ask(60)).toBe(60);
    expect(await ask(7)).toHaveLength(1);
    expect(drawn).toHaveLength(60);
    now = 60_000;
    expect(await ask(60)).toHaveLength(1);
    expect(drawn).toHaveLength(61);
  });

  test('that were not asked for longest are forgotten first', async () => {
    let now = 0;
    let drawn = 0;
    const pictures = createPictures(
      'School',
      () => (now += 2000),
      () => {
        drawn += 1;
        return new Uint8Array(1);
      },
    );
    const ask = (index: number) => pictures.of(named(`Learner ${index}`)).draw();
    for (let index = 0; index < 200; index++) await ask(index);
    await ask(0);
    await ask(200);
    expect(drawn).toBe(201);
    await ask(0);
    expect(drawn).toBe(201);
    await ask(1);
    expect(drawn).toBe(202);
  });
});

/** Width and height from a PNG's first chunk. */
function sizeOf(png: Uint8Array): { width: number; height: number } {
  const view = new DataView(png.buffer, png.byteOffset);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}
