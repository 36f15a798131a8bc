/** What each exit code says, as the help and the manual page tell it. */
export const EXIT_CODES: readonly (readonly [code: number, meaning: string])[] = [
  [0, 'done'],
  [
    1,
    'done, but a check does not hold or a part could not be done (verify: unequal; import: broken lines)',
  ],
  [2, 'the command line or the input does not fit'],
  [
    3,
    'something is not available: the data folder or the port in use, a full disk, a part that is off',
  ],
  [70, 'a defect of this program (REPRISE_DEBUG=1 shows where)'],
  [130, 'interrupted; running the command again goes on where it ended'],
];

/** The columns that a line of the help has. */
const WIDTH_MAX = 78;

/** Lays out the exit codes for the help, their meanings beside them. */
export function exitCodeLines(): readonly string[] {
  return EXIT_CODES.flatMap(([code, meaning]) => {
    const lines = [''];
    for (const word of meaning.split(' ')) {
      const last = lines.at(-1) ?? '';
      if (last.length + word.length + 8 > WIDTH_MAX) lines.push(word);
      else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
    }
    return lines.map((line, n) => `  ${(n === 0 ? String(code) : '').padEnd(3)}  ${line}`);
  });
}
