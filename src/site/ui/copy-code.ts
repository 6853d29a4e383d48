import type { Attachment } from 'svelte/attachments';
import { messages } from '../messages.ts';

/** How long a button says what became of the copying. */
const ANSWER_MS = 2000;

/** Gives every block of code below an element a button that copies it. */
export const copyCode: Attachment<HTMLElement> = (text) => {
  // Over plain http browsers give pages no clipboard.
  if (!isSecureContext) return;
  for (const block of text.querySelectorAll('.code')) block.append(copyButton(block));
};

function copyButton(block: Element): HTMLElement {
  const code = block.querySelector('code')!.textContent;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = messages.reading.copy;
  // What it says changes under the reader's finger: a screen reader hears of it too.
  button.ariaLive = 'polite';
  const answer = (text: string) => {
    button.textContent = text;
    setTimeout(() => (button.textContent = messages.reading.copy), ANSWER_MS);
  };
  button.addEventListener('click', () => {
    navigator.clipboard.writeText(code).then(
      () => answer(messages.reading.copied),
      () => answer(messages.reading.copyFailed),
    );
  });
  return button;
}
