/**
 * Progress in the browser: reactive, at once, and sent to the server without losing a mark.
 *
 * @example
 * // +layout.svelte; `data.progress` is what `progress.load(user, contentId)` gave on the server
 * const progress = setProgress(new ProgressState({ loaded: data.progress }));
 * $effect.pre(() => progress.hydrate(data.progress));
 * $effect(() => {
 *   progress.start();
 *   return () => progress.stop();
 * });
 */
export { getProgress, setProgress } from './context.ts';
export type { Environment, Timer } from './environment.ts';
export { memoryStorage } from './memory-storage.ts';
export type { Device, Work } from './device.svelte.ts';
export type { DeviceStorage, LearnerKey, Rows, Waiting } from './device-storage.ts';
export type {
  Attention,
  BatchLimits,
  DeviceIdentity,
  Note,
  Outbox,
  Renewal,
  TimedAct,
} from './outbox.ts';
export { ProgressState } from './progress-state.svelte.ts';
export type { ProgressStateOptions, Summary, SyncState } from './progress-state.svelte.ts';
export type { News, Tabs } from './tabs.ts';
export { button } from './triggers/button.ts';
export { opened } from './triggers/opened.ts';
export { scroll } from './triggers/scroll.ts';
export { spent } from './triggers/spent.ts';
export { time } from './triggers/time.ts';
export { triggers } from './triggers/triggers.svelte.ts';
export { video } from './triggers/video.ts';
