import * as v from 'valibot';
import { MAX_DATA_BYTES } from 'sveltekit-cairn';
import { MAX_ANSWER_LENGTH } from './answer-length.ts';
import { list, text, wholeNumber } from './front-matter-values.ts';

const ofEveryKind = {
  prompt: text,
  points: v.optional(v.pipe(wholeNumber, v.minValue(1, 'must be 1 or more')), 1),
  /** Shown after the attempt. */
  explanation: v.optional(text),
};

const options = v.pipe(
  list(text),
  v.minLength(2, 'must have at least 2 entries'),
  v.check((all) => new Set(all).size === all.length, 'must not hold the same text twice'),
);

/** One of the options, by its place from 0. */
const choice = v.pipe(
  v.object({ kind: v.literal('choice'), ...ofEveryKind, options, answer: wholeNumber }),
  v.forward(
    v.check(({ options, answer }) => answer in options, 'must be the place of an option, from 0'),
    ['answer'],
  ),
);

/** All of the right options and no other, by their places from 0. */
const multiple = v.pipe(
  v.object({
    kind: v.literal('multiple'),
    ...ofEveryKind,
    options,
    answer: v.pipe(
      list(wholeNumber),
      v.minLength(1, 'must have at least 1 entry'),
      v.check((all) => new Set(all).size === all.length, 'must not hold the same place twice'),
    ),
  }),
  v.forward(
    v.check(
      ({ options, answer }) => answer.every((place) => place in options),
      'must be places of options, from 0',
    ),
    ['answer'],
  ),
);

/** Any of the accepted texts; case, spaces and curly quotes do not matter. */
const written = v.object({
  kind: v.literal('text'),
  ...ofEveryKind,
  answer: v.pipe(list(text), v.minLength(1, 'must have at least 1 entry')),
});

/** A number, at most `tolerance` away from the answer. */
const number = v.object({
  kind: v.literal('number'),
  ...ofEveryKind,
  answer: v.pipe(v.number('must be a number'), v.finite('must be a number')),
  tolerance: v.optional(
    v.pipe(
      v.number('must be a number'),
      v.finite('must be a number'),
      v.minValue(0, 'must be 0 or more'),
    ),
    0,
  ),
});

/** The options, written in the right order and shown in another. */
const order = v.object({ kind: v.literal('order'), ...ofEveryKind, options });

const question = v.variant(
  'kind',
  [choice, multiple, written, number, order],
  'must be choice, multiple, text, number or order',
);

/** One question of an exercise, with its answer: it never leaves the server. */
export type Question = v.InferOutput<typeof question>;

/** The questions of an exercise; what a learner may answer to them fits into one attempt. */
export const questions = v.pipe(
  list(question),
  v.nonEmpty('must hold at least one question'),
  v.check(
    (all) => Buffer.byteLength(JSON.stringify(all.map(longestAnswer))) <= MAX_DATA_BYTES / 2,
    'must be fewer, or have shorter options: all answers together are too long to be handed in',
  ),
);

function longestAnswer(asked: Question): unknown {
  return 'options' in asked ? asked.options : 'x'.repeat(MAX_ANSWER_LENGTH);
}
