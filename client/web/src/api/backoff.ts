/** How long until the next try: half a second, doubling up to ten, give or take a fifth. */
export function waitBefore(attempt: number, random: () => number = Math.random): number {
  const wait = Math.min(10_000, 500 * 2 ** attempt);
  return Math.round(wait * (0.8 + 0.4 * random()));
}

export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
