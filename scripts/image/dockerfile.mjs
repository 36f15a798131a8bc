/**
 * Reads a Dockerfile into stages: `[{ name, base, steps: [{ word, text, line }] }]`. It knows what ours is written in:
 * comments, continued lines, no heredocs.
 */
export function readDockerfile(text) {
  const stages = [];
  for (const { text: whole, line } of logicalLines(text)) {
    const [, word, rest] = /^(\w+)\s+(.*)$/s.exec(whole) ?? [];
    if (word === undefined) throw new Error(`line ${line} of the Dockerfile is no instruction`);
    if (word === 'FROM') {
      const [, base, name] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(rest) ?? [];
      stages.push({ name: name ?? String(stages.length), base, steps: [] });
    } else if (stages.length === 0) {
      throw new Error(`line ${line} of the Dockerfile stands before FROM`);
    } else {
      stages.at(-1).steps.push({ word, text: rest, line });
    }
  }
  return stages;
}

/** The command of a RUN step without the options of the builder before it, such as cache mounts. */
export function commandOf(text) {
  return text.replace(/^(--\S+\s+)+/, '');
}

/** The variables that an ENV step sets. */
export function variablesOf(text) {
  return Object.fromEntries(
    [...text.matchAll(/(\w+)=("[^"]*"|\S*)/g)].map(([, name, value]) => [
      name,
      value.replace(/^"|"$/g, ''),
    ]),
  );
}

function logicalLines(text) {
  const lines = [];
  let open;
  text.split('\n').forEach((raw, index) => {
    if (/^\s*(#|$)/.test(raw)) return;
    const part = raw.replace(/\\$/, '').trim();
    if (open === undefined) open = { text: part, line: index + 1 };
    else open.text += ` ${part}`;
    if (raw.endsWith('\\')) return;
    lines.push(open);
    open = undefined;
  });
  if (open !== undefined) throw new Error('the Dockerfile ends in a continued line');
  return lines;
}
