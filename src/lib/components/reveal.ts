import type { Attachment } from 'svelte/attachments';

/**
 * Scrolls the box around an element, never the page itself, so far that the element shows in it.
 * Nothing happens where no box around it scrolls.
 */
export const reveal: Attachment<HTMLElement> = (element) => {
  let box = element.parentElement;
  while (box && !scrolls(box)) box = box.parentElement;
  if (!box || box === document.scrollingElement || box === document.body) return;
  const [inner, outer] = [element.getBoundingClientRect(), box.getBoundingClientRect()];
  if (inner.top >= outer.top && inner.bottom <= outer.bottom) return;
  box.scrollTop += inner.top - outer.top - (outer.height - inner.height) / 2;
};

function scrolls(box: Element): boolean {
  return box.scrollHeight > box.clientHeight && /auto|scroll/.test(getComputedStyle(box).overflowY);
}
