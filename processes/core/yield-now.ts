/** Lets the event loop turn once: timers, sockets and other work go first. */
export function yieldNow(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
