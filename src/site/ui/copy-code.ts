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
  const word = new Text(messages.reading.copy);
  button.append(word, nameOf(block));
  // What it says changes under the reader's finger: a screen reader hears of it too.
  button.ariaLive = 'polite';
  const answer = (text: string) => {
    word.data = text;
    setTimeout(() => (word.data = messages.reading.copy), ANSWER_MS);
  };
  button.addEventListener('click', () => {
    navigator.clipboard.writeText(code).then(
      () => answer(messages.reading.copied),
      () => answer(messages.reading.copyFailed),
    );
  });
  return button;
}

/** Which block it is, for those who hear several buttons that look alike. */
function nameOf(block: Element): HTMLElement {
  const name = document.createElement('span');
  name.className = 'visually-hidden';
  name.textContent = ` ${block.querySelector('pre')!.ariaLabel}`;
  return name;
}
