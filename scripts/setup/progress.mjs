/** How often a long step says that it is still at work. */
const reminderMs = 20_000;

/**
 * Says on standard error what set-up (or another script) does: a line when a step begins, one when it ends, with its seconds,
 * and a reminder of what is under way while nothing ends.
 */
export function createProgress({
  title = 'set-up',
  write = (line) => process.stderr.write(`${line}\n`),
} = {}) {
  const underWay = new Map();
  const seconds = (from) => `${((Date.now() - from) / 1000).toFixed(1)} s`;
  const line = (mark, name, words) => write(`${title} ${mark} ${name.padEnd(10)} ${words}`);
  const reminder = setInterval(() => {
    const steps = [...underWay].map(([name, from]) => `${name} (${seconds(from)})`);
    if (steps.length > 0) line('…', 'still', steps.join(', '));
  }, reminderMs);
  reminder.unref();
  return {
    begin(name, words) {
      if (!underWay.has(name)) underWay.set(name, Date.now());
      line('·', name, words);
    },
    done(name, words) {
      const from = underWay.get(name) ?? Date.now();
      underWay.delete(name);
      line('✓', name, `${words} (${seconds(from)})`);
    },
    failed(name, why, remedy) {
      underWay.delete(name);
      line('✗', name, why);
      if (remedy !== undefined) line(' ', '', `remedy: ${remedy}`);
    },
    note(words) {
      line('·', title, words);
    },
    close() {
      clearInterval(reminder);
    },
  };
}
