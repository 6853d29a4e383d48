import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalText } from './json.ts';

/** Random cases per law. `FC_RUNS` asks for more, `FC_SEED` for others; without them always the same. */
const RUNS = {
  numRuns: Number(process.env.FC_RUNS ?? 150),
  seed: Number(process.env.FC_SEED ?? 7),
};

/** Most cases that a mutant gets to betray itself. */
const MUTANT_RUNS = { ...RUNS, numRuns: 5000, endOnFailure: true };

/** Milliseconds that one law may take: nothing hangs for ever, and long runs get their time. */
const TIMEOUT = 30_000 + 100 * RUNS.numRuns;

/** A rule under test, and wrong ones like it that the same property must catch. */
export interface Candidates<Rule> {
  holds: Rule;
  fails: Readonly<Record<string, Rule>>;
}

/**
 * Tests that a property holds for a rule and fails for each of its mutants. A mutant must break an
 * expectation of the property: one that merely crashes proves nothing.
 */
export function law<Rule>(
  name: string,
  { holds, fails }: Candidates<Rule>,
  property: (rule: Rule) => fc.IRawProperty<unknown, false>,
): void {
  test(name, { timeout: TIMEOUT }, () => {
    fc.assert(property(holds), RUNS);
  });
  for (const [mutant, rule] of Object.entries(fails)) {
    test(`${name}: not so with ${mutant}`, { timeout: TIMEOUT }, () => {
      const { failed, errorInstance } = fc.check(property(rule), MUTANT_RUNS);
      expect(failed, 'the mutant went unnoticed').toBe(true);
      expect(errorInstance).toHaveProperty('name', 'AssertionError');
    });
  }
}

/** Expects two values to be the same as JSON, whatever the order of their keys. */
export function expectSame(actual: unknown, expected: unknown): void {
  const [one, other] = [canonicalText(actual), canonicalText(expected)];
  // Vitest's own assertion is slow, and laws compare millions of values that are the same.
  if (one !== other) expect(one).toBe(other);
}
