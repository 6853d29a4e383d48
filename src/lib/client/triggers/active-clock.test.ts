import fc from 'fast-check';
import { expect, test } from 'vitest';
import { law } from '../../core/laws.testing.ts';
import { ActiveClock } from './active-clock.ts';

/** What happens, and how many seconds after the last. */
const histories = fc.array(
  fc.record({
    after: fc.integer({ min: 0, max: 90 }),
    what: fc.constantFrom('touch', 'come', 'go', 'look'),
  }),
  { maxLength: 30 },
);

/** The same in words, second by second. */
function activeSeconds(history: readonly { after: number; what: string }[]): number {
  let active = 0;
  let isInView = false;
  let sinceSign = Infinity;
  for (const { after, what } of history) {
    for (let second = 0; second < after; second++) {
      if (isInView && sinceSign < 60) active += 1;
      sinceSign += 1;
    }
    if (what === 'touch' || (what === 'come' && !isInView)) sinceSign = 0;
    if (what === 'come' || what === 'go') isInView = what === 'come';
  }
  return active;
}

law<new () => ActiveClock>(
  'active is who has the page in view and did something within the last minute',
  {
    holds: ActiveClock,
    fails: {
      'a hidden page that counts': class extends ActiveClock {
        override show(now: number) {
          super.show(now, true);
        }
      },
      'attention without end': class extends ActiveClock {
        constructor() {
          super(Infinity);
        }
      },
      'a minute that begins once': class extends ActiveClock {
        override touch() {}
      },
      'coming back that is no sign of life': class extends ActiveClock {
        #isInView = false;
        override show(now: number, isInView: boolean) {
          super.show(now, this.#isInView && isInView);
          this.#isInView = isInView;
        }
      },
    },
  },
  (Clock) =>
    fc.property(histories, (history) => {
      const clock = new Clock();
      let now = 0;
      for (const { after, what } of history) {
        now += after * 1000;
        if (what === 'touch') clock.touch(now);
        else if (what === 'look') clock.count(now);
        else clock.show(now, what === 'come');
      }
      expect(clock.count(now)).toBe(activeSeconds(history) * 1000);
    }),
);

test('time before the page was looked at does not count, whatever the clock says', () => {
  const clock = new ActiveClock();
  clock.show(5_000_000, true);
  expect(clock.count(5_001_000)).toBe(1000);
});
