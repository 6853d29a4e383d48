/**
 * Hears of every promise that fails unheard, as a page's `unhandledrejection` does, instead of
 * whoever does so otherwise. Returns how to end that.
 */
export function hearUnheard(hear: (error: unknown) => void): () => void {
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', hear);
  return () => {
    process.off('unhandledRejection', hear);
    for (const listener of others) process.on('unhandledRejection', listener);
  };
}
