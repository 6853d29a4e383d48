import type { Component } from 'svelte';
import { render } from 'svelte/server';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { ContentData, Operation } from '../core/index.ts';
import { ProgressState } from '../client/index.ts';
import Harness from './Harness.testing.svelte';
import {
  AttentionList,
  CourseSidebar,
  MarkComplete,
  NextPrevNavigation,
  ProgressRing,
  StatusMark,
  SyncStatus,
} from './index.ts';

const content: ContentData[] = [
  {
    id: 'knots',
    type: 'course',
    title: 'Knots & bends',
    path: 'knots',
    children: [
      { id: 'a', type: 'lesson', title: 'Overhand', path: 'knots/overhand' },
      {
        id: 'more',
        type: 'module',
        title: 'More',
        path: 'knots/more',
        children: [
          { id: 'b', type: 'lesson', title: 'Bowline', path: 'knots/more/bowline' },
          { id: 'c', type: 'lesson', title: 'History', optional: true },
        ],
      },
      { id: 'rest', type: 'module', title: 'Rest', children: [] },
      { id: 'quiz', type: 'exercise', title: 'Quiz', graded: true },
    ],
  },
];

let progress: ProgressState;

beforeEach(() => {
  progress = new ProgressState({
    loaded: { user: 'ada', outline: { version: 'v', content }, changes: [], cursor: null },
  });
});

/** Renders a component under a layout, as one line without comments. */
function html<Props extends Record<string, unknown>>(
  of: Component<Props>,
  props: Props,
  around: object = { progress },
): string {
  const { body } = render(Harness, { props: { of, props, ...around } });
  expect(body).not.toMatch(/ style=/);
  return body.replaceAll(/<!--.*?-->/g, '').replaceAll(/\s+/g, ' ');
}

/** What is left for somebody who hears the page. */
const spoken = (body: string) =>
  body
    .replaceAll(/<(\w+)[^>]* aria-hidden="true"[^>]*>.*?<\/\1>/g, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();

describe('StatusMark', () => {
  test.each([
    ['not-started', 0, 'Not started'],
    ['in-progress', 0, 'In progress'],
    ['in-progress', 40, 'In progress, 40 percent'],
    ['completed', 100, 'Completed'],
  ] as const)('says %s at %i as "%s"', (status, percentage, words) => {
    expect(spoken(html(StatusMark, { status, percentage }))).toBe(words);
  });

  test('says it in other words, where a layout has set them', () => {
    const messages = { status: () => 'Erledigt' };
    expect(spoken(html(StatusMark, { status: 'completed' }, { messages }))).toBe('Erledigt');
  });
});

describe('ProgressRing', () => {
  test('is a progress bar with a name, a value and a number', () => {
    const body = html(ProgressRing, { value: 40, label: 'Progress in Knots' });
    expect(body).toContain('role="progressbar"');
    expect(body).toContain('aria-label="Progress in Knots"');
    expect(body).toContain('aria-valuenow="40"');
    expect(body).toContain('stroke-dashoffset="60"');
    expect(body).toMatch(/<text[^>]*>40<\/text>/);
  });

  test('shows a tick instead of 100, and no number where there is no room', () => {
    expect(html(ProgressRing, { value: 100, label: 'x' })).not.toContain('<text');
    expect(html(ProgressRing, { value: 40, label: 'x', size: 24 })).not.toContain('<text');
  });
});

describe('CourseSidebar', () => {
  test('lists all there is to read, with its status in words', async () => {
    await progress.complete('a');
    const body = html(CourseSidebar, { current: 'b' });
    expect(body).toContain('<nav aria-label="Contents of Knots &amp; bends"');
    expect(spoken(body)).toBe(
      [
        'Knots &amp; bends 1 of 3 completed',
        'Completed Overhand',
        'More 0 of 1 completed Overview Not started Bowline Not started History Optional',
        'Rest 0 of 0 completed Overview',
        'Not started Quiz',
      ].join(' '),
    );
    expect(body).toMatch(/<a href="\/knots\/more\/bowline"/);
  });

  test('marks what is read, and opens only what is around it', () => {
    const body = html(CourseSidebar, { current: 'b' });
    expect(body.match(/aria-current="page"/g)).toHaveLength(1);
    expect(body).toMatch(/<a href="[^"]*bowline" aria-current="page"/);
    expect(body.match(/<details open/g)).toHaveLength(1);
    expect(html(CourseSidebar, { current: 'a' })).not.toContain('<details open');
  });

  test('marks a module where its own page is read', () => {
    const body = html(CourseSidebar, { current: 'more' });
    expect(body).toMatch(/<a href="\/knots\/more" aria-current="page"/);
    expect(body.match(/<details open/g)).toHaveLength(1);
  });

  test('leads where the site says', () => {
    const body = html(CourseSidebar, { current: 'a', href: ({ id }) => `/learn/${id}` });
    expect(body).toContain('href="/learn/b"');
  });
});

describe('NextPrevNavigation', () => {
  const ways = (current: string) => {
    const body = html(NextPrevNavigation, { current });
    return spoken(body);
  };

  test('names what comes before and next', () => {
    expect(ways('a')).toBe('Next: Bowline');
    expect(ways('b')).toBe('Previous: Overhand Optional: History Next: Quiz');
  });

  test('passes over what is done', async () => {
    await progress.complete('b');
    expect(ways('a')).toBe('Next: Quiz');
  });

  test('leads back to what was skipped', () => {
    expect(ways('quiz')).toBe('Previous: History You skipped: Overhand');
  });

  test('says which one is the last', async () => {
    await progress.complete('knots');
    expect(ways('quiz')).toBe('Previous: History This is the last one to complete.');
  });

  test('says that the course is done, and still leads through the text', async () => {
    await progress.complete('knots');
    await progress.attempt('quiz', { score: 100 });
    expect(ways('a')).toBe('Next: Bowline Course done: Knots &amp; bends');
    expect(ways('b')).toBe('Previous: Overhand Optional: History Course done: Knots &amp; bends');
    expect(ways('quiz')).toBe('Previous: History Course done: Knots &amp; bends');
  });
});

describe('MarkComplete', () => {
  test('is a form that works without a script', () => {
    const body = html(MarkComplete, { contentId: 'a' });
    expect(body).toMatch(/<form method="POST" action="\?\/mark"/);
    expect(body).toContain('<input type="hidden" name="contentId" value="a"/>');
    expect(body).toContain('<input type="hidden" name="intent" value="complete"/>');
    expect(body).toMatch(/<button aria-pressed="false"[^>]*>.* Mark as complete<\/button>/);
    expect(body).toMatch(/<p role="status"[^>]*><\/p>/);
  });

  test('is pressed when completed, in the same words, and then takes it back', async () => {
    await progress.complete('a');
    const body = html(MarkComplete, { contentId: 'a' });
    expect(body).toContain('name="intent" value="reopen"');
    expect(body).toMatch(/<button aria-pressed="true"[^>]*>.* Mark as complete<\/button>/);
    expect(body).toMatch(/<p role="status"[^>]*>Completed<\/p>/);
  });

  test('says what completed it by itself', async () => {
    await progress.complete('a', 'scroll');
    expect(spoken(html(MarkComplete, { contentId: 'a' }))).toMatch(/you read to the end Undo$/);
  });

  test('offers no Undo for what the learner did', async () => {
    await progress.complete('a');
    expect(html(MarkComplete, { contentId: 'a' })).not.toContain('Undo');
  });

  test('has no button where only grading completes', () => {
    const body = html(MarkComplete, { contentId: 'quiz' });
    expect(body).not.toContain('<button');
    expect(spoken(body)).toBe('Passing the exercise completes it.');
  });
});

describe('SyncStatus', () => {
  const loud = (body: string) => /role="status"[^>]*>([^<]*)</.exec(body)?.[1]?.trim();

  test('says nothing before the device was asked, and is quiet while all is well', async () => {
    expect(spoken(html(SyncStatus, { href: '/device' }))).toBe('');
    await progress.complete('a');
    await progress.reopen('a');
    const saving = html(SyncStatus, { href: '/device' });
    expect([spoken(saving), loud(saving)]).toEqual(['Saving', '']);
  });

  test('tells a guest once there is something to lose', async () => {
    const guest = new ProgressState({
      loaded: { user: null, outline: { version: 'v', content }, changes: [], cursor: null },
    });
    expect(spoken(html(SyncStatus, { href: '/device' }, { progress: guest }))).toBe('');
    await guest.complete('a');
    expect(spoken(html(SyncStatus, { href: '/device' }, { progress: guest }))).toMatch(
      /^This device cannot keep/,
    );
  });
});

describe('AttentionList', () => {
  test('gives one notice for each reason, and names in it each item once', () => {
    const refused = (seq: number, contentId: string, code: string) => {
      const operation: Operation = { device: 'phone', seq, at: 0, contentId, kind: 'opened' };
      return { operation, code };
    };
    vi.spyOn(progress, 'attention', 'get').mockReturnValue([
      refused(1, 'a', 'before_restart'),
      refused(2, 'quiz', 'odd_code'),
      refused(3, 'b', 'before_restart'),
      refused(4, 'a', 'before_restart'),
    ]);
    const body = html(AttentionList, {});
    expect(spoken(body)).toBe(
      [
        'Started again on another device since: this counts for the time before.',
        'Overhand · Bowline Dismiss',
        'The server could not take this (odd_code).',
        'Quiz Dismiss',
      ].join(' '),
    );
    expect(body).toContain('aria-label="Dismiss: Started again on another device since');
  });
});

test('a component without a layout says which call is missing', () => {
  expect(() => html(MarkComplete, { contentId: 'a' }, {})).toThrow('call setProgress(');
});
