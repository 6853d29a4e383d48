/** "640 kB", "2.3 MB". */
function size(bytes: number): string {
  const kilobytes = Math.max(1, Math.round(bytes / 1000));
  return kilobytes < 1000 ? `${kilobytes} kB` : `${(kilobytes / 1000).toFixed(1)} MB`;
}

/** "1 page", "2 pages". */
function pages(number: number): string {
  return `${number} ${number === 1 ? 'page' : 'pages'}`;
}

/** What the site says of reading without a network. */
export const offline = {
  title: 'You are offline',
  notHere: 'This page is not on this device.',
  theseAre: 'These are, and what you mark in them counts.',
  onDevice: 'What opens offline',
  onDeviceMore: 'These pages open without a network, too, and what you mark in them counts.',
  tryAgain: 'Try again',
  courses: 'Courses that you keep',
  visited: 'Pages that you visited',
  nothing: 'Nothing is kept here yet. Open a course and choose “Keep for offline”.',
  needsScripts: 'Without JavaScript this page cannot look what is on your device.',
  keep: 'Keep for offline',
  keeping: 'Keeping …',
  goOn: 'Go on',
  stop: 'Stop',
  remove: 'Remove',
  notKept: 'The whole course on this device, to read without a network.',
  progressOf: (title: string) => `Keeping ${title} for offline`,
  fetched: (done: number, total: number, bytes: number) =>
    `${done} of ${pages(total)}, ${size(bytes)}`,
  kept: (bytes: number) => `Kept for offline, ${size(bytes)}`,
  interrupted: (done: number, total: number) =>
    total === 0
      ? 'The connection broke before the first page. It goes on where it stopped.'
      : `The connection broke: ${done} of ${pages(total)} are here. It goes on where it stopped.`,
  full: (needed: number | null, available: number | null) =>
    [
      'There is not enough room on this device, so nothing of the course was kept.',
      ...(needed === null ? [] : [`It needs about ${size(needed)}.`]),
      ...(available === null ? [] : [`${size(available)} are free.`]),
      'Make room, or remove another course that you keep, and try again.',
    ].join(' '),
};
