/** What the site says of certificates. */
export const certificates = {
  title: 'Certificate of completion',
  awardedTo: 'This certifies that',
  hasCompleted: 'has completed the course',
  /** Of a preview: what a link to a certificate is shown with. */
  headline: (name: string, course: string) => `${name} has completed “${course}”`,
  summary: (course: string, date: string, site: string) =>
    `Certificate of completion for the course “${course}”, ${date}. ${site}`,
  picture: (name: string, course: string) => `Certificate: ${name} has completed ${course}`,
  version: (version: number) => `Version ${version} of the course`,
  share: 'Share',
  address: 'Address of this certificate',
  whoSees: 'Whoever has this address sees what is above: the name, the course and the date.',
  copy: 'Copy link',
  copied: 'Copied',
  copyByHand: 'Press Ctrl+C or ⌘C to copy',
  shareWith: 'Share …',
  print: 'Print',
  course: (title: string) => `About the course “${title}”`,
  yours: 'Your certificate',
  yoursMore: 'You completed this course.',
  issued: (date: string) => `Issued on ${date}`,
};
