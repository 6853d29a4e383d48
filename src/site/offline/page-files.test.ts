import { expect, test } from 'vitest';
import { filesNamedIn, isPicture } from './page-files.ts';

const ADDRESS = 'https://learn.example.org/rope/clove';

test('images, sounds, films and documents of its own site are files of a page, each once', () => {
  const html = `
    <img alt="" src="/rope/a%20b.png" /><img alt="" src="a.svg" srcset="/a.svg 1x, /big.png?v=1&amp;w=2 2x">
    <video controls src="/film.mp4" poster="/still.jpg"><track src="/words.vtt"></video>
    <audio src="https://learn.example.org/sound.mp3"></audio>
    <a href="/sheet.pdf#page=2">Sheet</a>`;
  expect(filesNamedIn(html, ADDRESS)).toEqual([
    '/rope/a%20b.png',
    '/rope/a.svg',
    '/a.svg',
    '/big.png',
    '/film.mp4',
    '/still.jpg',
    '/words.vtt',
    '/sound.mp3',
    '/sheet.pdf',
  ]);
});

test('pages, scripts, styles, other sites and what its data say are none', () => {
  const html = `
    <a href="/rope/reef">Reef</a><a href="#end">End</a><a href="http://[">?</a>
    <link rel="stylesheet" href="/_app/immutable/assets/a.css"><img src="https://other.example/a.png">
    <img src="data:image/png;base64,AAAA">
    <script>data = { html: "<img src=\\"/in-data.png\\">" }</script>`;
  expect(filesNamedIn(html, ADDRESS)).toEqual([]);
});

test('only pictures are kept with a page that was merely visited', () => {
  expect(['/a.svg', '/a.mp4', '/a.pdf', '/a.mp3', '/a.JPG'].filter(isPicture)).toEqual([
    '/a.svg',
    '/a.JPG',
  ]);
});
