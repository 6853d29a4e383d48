import { describe, expect, it } from 'vitest';
import { readFrontMatter } from './front-matter.ts';

const problemsOf = (yaml: string) =>
  readFrontMatter(`---\n${yaml}\n---\n`).problems.map(({ line, message }) => `${line} ${message}`);

describe('readFrontMatter', () => {
  it('parts a page, and keeps the numbers of its lines', () => {
    const read = readFrontMatter('---\ntitle: Loops\nduration: 2.5\n---\nText\n');
    expect(read.values).toEqual({ title: 'Loops', duration: 2.5 });
    expect(read.body).toBe('\n\n\n\nText\n');
    expect([...read.lines]).toEqual([
      ['title', 2],
      ['duration', 3],
    ]);
    expect(read.problems).toEqual([]);
  });

  it('reads a byte order mark and CRLF', () => {
    const read = readFrontMatter('\uFEFF---\r\ntitle: Loops\r\n---\r\nText');
    expect(read.values).toEqual({ title: 'Loops' });
    expect(read.body).toBe('\n\n\nText');
  });

  it.each(['Text', '', '---', '---\n\nText after a rule', 'Text\n---\ntitle: x\n---\n'])(
    'reads %j as a page without front matter',
    (text) => expect(readFrontMatter(text)).toMatchObject({ values: {}, problems: [], body: text }),
  );

  it('takes empty front matter, keys without a value and unknown keys as nothing said', () => {
    expect(readFrontMatter('---\n---\nText').values).toEqual({});
    expect(readFrontMatter('---\ntitle:\nweight: 3\n__proto__: 1\n---\n')).toMatchObject({
      values: {},
      problems: [],
    });
  });

  it('names the line of a missing end', () => {
    expect(readFrontMatter('---\ntitle: x\n\nText').problems).toEqual([
      { line: 1, message: 'the front matter has no closing line of ---' },
    ]);
  });

  it.each([
    ['title: [a', 'not valid YAML: '],
    ['id: a\ntitle: Loops: a start', '3 not valid YAML: Nested mappings'],
    ['title: a\ntitle: b', '3 not valid YAML: Map keys must be unique'],
    ['title: *nowhere', '2 not valid YAML: Unresolved alias'],
    ['just text', '2 the front matter must be lines of "key: value"'],
    ['- a\n- b', '2 the front matter must be lines of "key: value"'],
  ])('refuses %j', (yaml, message) => expect(problemsOf(yaml)[0]).toContain(message));

  it('refuses YAML that would unfold without end, at once', () => {
    const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 12; i++) bomb.push(`a${i}: &a${i} [${`*a${i - 1}, `.repeat(9)}]`);
    expect(problemsOf(bomb.join('\n'))[0]).toContain('2 not valid YAML');
  });

  it('says of every wrong key what was expected, and keeps the right ones', () => {
    const read = readFrontMatter(`---
title: 5
description: fine
type: chapter
order: first
duration: 0
optional: yes
aliases: old-id
completion: [scroll, shake]
passingScore: 70%
score: mean
---
`);
    expect(read.values).toEqual({ description: 'fine' });
    expect(read.problems.map(({ line, message }) => `${line} ${message}`)).toEqual([
      '2 title: must be text (put it in quotes)',
      '4 type: must be theme, course, module, lesson, exercise',
      '5 order: must be a number',
      '6 duration: must be a number of minutes above 0',
      '7 optional: must be true or false',
      '8 aliases: must be a list',
      '9 completion[1]: must be button, scroll, time, video, exercise or { time: seconds above 0 }',
      '10 passingScore: must be a whole number',
      '11 score: must be best, latest or first',
    ]);
  });

  it('reads triggers', () => {
    const { values } = readFrontMatter('---\ncompletion: [button, video, { time: 90 }]\n---\n');
    expect(values.completion).toEqual(['button', 'video', { time: 90 }]);
    expect(problemsOf('completion: []')).toEqual(['2 completion: must name at least one trigger']);
    expect(problemsOf('completion: [{ time: 0 }]')).toHaveLength(1);
  });
});

describe('questions', () => {
  it('reads every kind', () => {
    const { values, problems } = readFrontMatter(`---
questions:
  - { kind: choice, prompt: Which?, options: [a, b], answer: 1 }
  - { kind: multiple, prompt: Which?, options: [a, b, c], answer: [0, 2], points: 2 }
  - { kind: text, prompt: What?, answer: [Oslo, "the capital"], explanation: It is. }
  - { kind: number, prompt: How many?, answer: -0.5, tolerance: 0.1 }
  - { kind: order, prompt: In order, options: [a, b] }
---
`);
    expect(problems).toEqual([]);
    expect(values.questions).toEqual([
      { kind: 'choice', prompt: 'Which?', options: ['a', 'b'], answer: 1, points: 1 },
      { kind: 'multiple', prompt: 'Which?', options: ['a', 'b', 'c'], answer: [0, 2], points: 2 },
      {
        kind: 'text',
        prompt: 'What?',
        answer: ['Oslo', 'the capital'],
        points: 1,
        explanation: 'It is.',
      },
      { kind: 'number', prompt: 'How many?', answer: -0.5, tolerance: 0.1, points: 1 },
      { kind: 'order', prompt: 'In order', options: ['a', 'b'], points: 1 },
    ]);
  });

  it.each([
    ['{ kind: essay, prompt: p }', '[0].kind: must be choice, multiple, text, number or order'],
    ['{ prompt: p }', '[0].kind: is missing'],
    ['{ kind: order, options: [a, b] }', '[0].prompt: is missing'],
    ['{ kind: choice, prompt: p, options: [a, b], answer: 2 }', '[0].answer: must be the place'],
    ['{ kind: choice, prompt: p, options: [a, b], answer: -1 }', '[0].answer: must be the place'],
    ['{ kind: choice, prompt: p, options: [a, b], answer: a }', '[0].answer: must be a whole'],
    ['{ kind: choice, prompt: p, options: [a], answer: 0 }', '[0].options: must have at least 2'],
    ['{ kind: order, prompt: p, options: [a, a] }', '[0].options: must not hold the same text'],
    ['{ kind: order, prompt: p, options: [1, 2] }', '[0].options[0]: must be text'],
    ['{ kind: multiple, prompt: p, options: [a, b], answer: [2] }', '[0].answer: must be places'],
    ['{ kind: multiple, prompt: p, options: [a, b], answer: [] }', '[0].answer: must have at'],
    ['{ kind: multiple, prompt: p, options: [a, b], answer: [1, 1] }', '[0].answer: must not'],
    ['{ kind: text, prompt: p, answer: [] }', '[0].answer: must have at least 1'],
    ['{ kind: number, prompt: p, answer: .inf }', '[0].answer: must be a number'],
    ['{ kind: number, prompt: p, answer: 1, tolerance: -1 }', '[0].tolerance: must be 0 or more'],
    ['{ kind: text, prompt: p, answer: [a], points: 0 }', '[0].points: must be 1 or more'],
    ['{ kind: text, prompt: " ", answer: [a] }', '[0].prompt: must not be empty'],
    ['{ kind: text, prompt: "\\ud800", answer: [a] }', '[0].prompt: must not hold'],
  ])('refuses %s', (question, message) => {
    expect(problemsOf(`questions:\n  - ${question}`)[0]).toContain(`3 questions${message}`);
  });

  it('names the line of the key at fault', () => {
    const yaml = `questions:
  - kind: choice
    prompt: Which?
    options:
      - a
      - b
    answer: 7`;
    expect(problemsOf(yaml)[0]).toMatch(/^8 questions\[0\]\.answer/);
    expect(problemsOf('questions: []')).toEqual(['2 questions: must hold at least one question']);
  });
});
