import { flushSync } from 'svelte';
import type { Attachment } from 'svelte/attachments';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ContentData, Loaded } from '../../core/index.ts';
import { ProgressState } from '../progress-state.svelte.ts';
import { automatic } from './automatic.svelte.ts';
import { button } from './button.ts';
import { opened } from './opened.ts';
import { video } from './video.ts';

const content: ContentData[] = [
  {
    id: 'knots',
    type: 'course',
    title: 'Knots',
    children: [{ id: 'bowline', type: 'lesson', title: 'Bowline' }],
  },
];

const loadedFor = (user: string | null): Loaded => ({
  user,
  outline: { version: 'v', content },
  changes: [],
  cursor: null,
});

let progress: ProgressState;
let stop: () => void;

beforeEach(() => {
  progress = new ProgressState({ loaded: loadedFor('ada') });
});
afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** As a template attaches it. */
function attach(attachment: Attachment<HTMLElement>, has: object = {}): HTMLElement {
  const element = Object.assign(new EventTarget() as HTMLElement, has);
  stop = $effect.root(() => {
    $effect(() => attachment(element));
  });
  flushSync();
  return element;
}

const status = (id: string) => progress.get(id).status;

test('what completes by itself does it once a visit, whoever takes it back', async () => {
  const watched: (() => void)[] = [];
  const stopped = vi.fn();
  const watch = (_: HTMLElement, done: () => void) => {
    watched.push(done);
    return stopped;
  };
  attach(automatic(progress, { id: 'bowline', by: 'scroll', watch }));
  await progress.open('bowline');
  flushSync();
  expect([watched.length, stopped.mock.calls.length]).toEqual([1, 0]);
  watched[0]!();
  flushSync();
  expect(progress.get('bowline')).toMatchObject({ status: 'completed', completedBy: 'scroll' });
  expect(stopped).toHaveBeenCalledOnce();
  await progress.reopen('bowline');
  flushSync();
  expect([watched.length, status('bowline')]).toEqual([1, 'in-progress']);
});

test('what was completed by hand is not watched again on the same visit', async () => {
  const watch = vi.fn(() => () => undefined);
  await progress.complete('bowline');
  attach(automatic(progress, { id: 'bowline', by: 'scroll', watch }));
  await progress.reopen('bowline');
  flushSync();
  expect(watch).not.toHaveBeenCalled();
});

test('a button completes and takes back, and says which', async () => {
  const element = attach(button(progress, 'bowline'));
  expect(element.ariaPressed).toBe('false');
  element.dispatchEvent(new Event('click'));
  flushSync();
  expect([element.ariaPressed, status('bowline')]).toEqual(['true', 'completed']);
  element.dispatchEvent(new Event('click'));
  await vi.waitFor(() => {
    flushSync();
    expect([element.ariaPressed, status('bowline')]).toEqual(['false', 'in-progress']);
  });
});

test('a page is opened once it was in view for a second, without a break', () => {
  const tab = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  const turn = (visibilityState: 'visible' | 'hidden') => {
    tab.visibilityState = visibilityState;
    tab.dispatchEvent(new Event('visibilitychange'));
  };
  vi.useFakeTimers();
  vi.stubGlobal('document', tab);
  const open = vi.spyOn(progress, 'open');
  attach(opened(progress, 'bowline'));
  vi.advanceTimersByTime(600);
  turn('hidden');
  vi.advanceTimersByTime(5000);
  turn('visible');
  vi.advanceTimersByTime(999);
  expect(open).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  turn('hidden');
  turn('visible');
  vi.advanceTimersByTime(5000);
  expect(open.mock.calls).toEqual([['bowline']]);
});

test('a page that was left before a second had passed was not opened', () => {
  const tab = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  vi.useFakeTimers();
  vi.stubGlobal('document', tab);
  const open = vi.spyOn(progress, 'open');
  attach(opened(progress, 'bowline'));
  vi.advanceTimersByTime(999);
  stop();
  vi.advanceTimersByTime(5000);
  expect(open).not.toHaveBeenCalled();
});

test('what was watched is kept once the film is paused: closing the page may leave no time', () => {
  vi.stubGlobal('location', { href: 'http://cairn.test/bowline' });
  const played = { length: 1, start: () => 0, end: () => 6 };
  const film = { currentSrc: '/film.webm', duration: 20, played };
  const element = attach(video(progress, 'bowline'), { querySelectorAll: () => [film] });
  element.dispatchEvent(new Event('timeupdate'));
  expect(progress.get('bowline').data).toBeNull();
  Object.assign(element, { paused: true });
  element.dispatchEvent(new Event('timeupdate'));
  expect(progress.get('bowline')).toMatchObject({
    progressPercentage: 30,
    data: { watched: { '/film.webm': [[0, 6]] } },
  });
});

test('what was put off is told as the learner whose it is, before another takes over', () => {
  const told: (string | null)[] = [];
  stop = progress.onLeave('bowline', () => told.push(progress.user));
  progress.hydrate(loadedFor('ben'));
  expect([told, progress.user]).toEqual([['ada'], 'ben']);
  stop();
  expect(told).toEqual(['ada']);
});

test('what was put off is told at its end too, as long as the unit is read', () => {
  const tell = vi.fn();
  progress.onLeave('bowline', tell)();
  expect(tell).toHaveBeenCalledOnce();
  const end = progress.onLeave('bowline', tell);
  const outline = { version: 'w', content: [{ ...content[0]!, id: 'bends', children: [] }] };
  progress.hydrate({ ...loadedFor('ada'), outline });
  expect(tell).toHaveBeenCalledTimes(2);
  end();
  expect(tell).toHaveBeenCalledTimes(2);
});
