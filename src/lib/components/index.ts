/**
 * Components that read the progress which a layout has handed down, and look as `tokens.css` says.
 *
 * @example
 * <CourseSidebar current={data.contentId} />
 * <MarkComplete contentId={data.contentId} />
 * <NextPrevNavigation current={data.contentId} />
 */
export { default as AttentionList } from './AttentionList.svelte';
export { default as CourseSidebar } from './CourseSidebar.svelte';
export { default as DeviceWork } from './DeviceWork.svelte';
export { default as GuestOffer } from './GuestOffer.svelte';
export { default as MarkComplete } from './MarkComplete.svelte';
export { english, getMessages, setMessages } from './messages.ts';
export type { Messages } from './messages.ts';
export { default as NextPrevNavigation } from './NextPrevNavigation.svelte';
export { default as ProgressRing } from './ProgressRing.svelte';
export { reveal } from './reveal.ts';
export { default as StatusMark } from './StatusMark.svelte';
export { default as SyncStatus } from './SyncStatus.svelte';
