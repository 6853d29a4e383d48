/**
 * The rules of progress: pure functions, the same in the browser, on the server and in reports.
 *
 * @example
 * const catalogue = createCatalogue([{ id: 'knots', type: 'course', title: 'Knots', children: [
 *   { id: 'bowline', type: 'lesson', title: 'The bowline' },
 * ] }]);
 * const book = createBook();
 * apply(catalogue, book, { device: 'my-laptop', seq: 1, contentId: 'bowline', time: 0, epoch: 0,
 *   kind: 'completed', by: 'button', version: 1 });
 * progressOf(catalogue, book, catalogue.items.get('knots')!).progressPercentage; // 100
 */
export * from './book.ts';
export * from './catalogue.ts';
export * from './content.ts';
export * from './content-check.ts';
export * from './expand.ts';
export * from './explain.ts';
export { hashText } from './hash.ts';
export * from './item-state.ts';
export { canonical, canonicalText } from './json.ts';
export type { Json } from './json.ts';
export type { Keyed } from './keyed.ts';
export * from './next.ts';
export * from './operation.ts';
export * from './record.ts';
export * from './roll-up.ts';
export * from './stamp.ts';
export * from './summary.ts';
export { transport } from './transport.ts';
export * from './unit-progress.ts';
export * from './wire.ts';
