/**
 * Calls back once the page has been in view for so many milliseconds: time in a hidden tab does
 * not count, and begins anew. Answers what stops it.
 */
export function whenShown(milliseconds: number, then: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const watch = () => {
    clearTimeout(timer);
    if (document.visibilityState === 'visible') timer = setTimeout(done, milliseconds);
  };
  const stop = () => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', watch);
  };
  const done = () => {
    stop();
    then();
  };
  document.addEventListener('visibilitychange', watch);
  watch();
  return stop;
}
