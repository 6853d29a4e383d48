import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { whenShown } from './when-shown.ts';

const tab = Object.assign(new EventTarget(), { visibilityState: 'visible' });
const turn = (visibilityState: 'visible' | 'hidden') => {
  tab.visibilityState = visibilityState;
  tab.dispatchEvent(new Event('visibilitychange'));
};

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('document', tab);
  tab.visibilityState = 'visible';
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('calls back once, when the page has been in view for so long', () => {
  const then = vi.fn();
  whenShown(1000, then);
  vi.advanceTimersByTime(999);
  expect(then).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  turn('hidden');
  turn('visible');
  vi.advanceTimersByTime(5000);
  expect(then).toHaveBeenCalledOnce();
});

test('a hidden tab shows nothing; coming into view, time begins', () => {
  tab.visibilityState = 'hidden';
  const then = vi.fn();
  whenShown(1000, then);
  vi.advanceTimersByTime(5000);
  turn('visible');
  vi.advanceTimersByTime(999);
  expect(then).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(then).toHaveBeenCalledOnce();
});

test('two halves with a hidden time between are no whole', () => {
  const then = vi.fn();
  whenShown(1000, then);
  vi.advanceTimersByTime(600);
  turn('hidden');
  turn('visible');
  vi.advanceTimersByTime(600);
  expect(then).not.toHaveBeenCalled();
});

test('a page that was left before was not shown', () => {
  const then = vi.fn();
  whenShown(1000, then)();
  turn('visible');
  vi.advanceTimersByTime(5000);
  expect(then).not.toHaveBeenCalled();
});
