import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { format } from 'prettier';

import { differences, missingLines, parseAnswer } from './answers.ts';
import type { Closeness } from './answers.ts';
import { blocksOf, pageText, root } from './markdown.ts';
import type { Block } from './markdown.ts';
import { ReaderSession } from './reader-session.ts';

/**
 * A shell block under the line `<!-- run -->` is run, in the order of the pages below, and what it prints has to be
 * the `json` or `text` block that follows it. `<!-- run: shape -->` compares fields and types only, and puts the
 * position that was answered last behind `after=`; `<!-- run: exit 1 -->` expects that exit code. With
 * REPRISE_DOCS=write, answers that differ are written into the page.
 */
const PAGES = [
  ...['docs/guide.md', 'docs/guide-data.md', 'docs/guide-training.md', 'README.md'],
  'docs/evaluation.md',
];

/** A command of a page and the answer that is documented for it. */
interface Snippet {
  readonly command: Block;
  readonly answer: Block | undefined;
  readonly closeness: Closeness;
  readonly exit: number;
}

function snippetsOf(text: string): readonly Snippet[] {
  const lines = text.split('\n');
  const blocks = blocksOf(text);
  return blocks.flatMap((command, i): readonly Snippet[] => {
    const run = /^run(?:: (shape|exit (\d+)))?$/.exec(command.mark ?? '');
    if (run === null) return [];
    const next = blocks[i + 1];
    // Only a block that follows at once is the command's answer.
    const between = lines.slice(command.to + 1, (next?.from ?? 1) - 1);
    const isAnswer = next?.language !== 'sh' && between.every((line) => line === '');
    return [
      {
        command,
        answer: isAnswer ? next : undefined,
        closeness: run[1] === 'shape' ? 'shape' : 'exact',
        exit: Number(run[2] ?? 0),
      },
    ];
  });
}

/** What is not as documented; empty where all is. */
function compare({ answer, closeness }: Snippet, stdout: string): readonly string[] {
  if (answer === undefined) return [];
  if (answer.language === 'json') {
    return differences(parseAnswer(answer.text), parseAnswer(stdout), closeness);
  }
  if (answer.text.trim() === '') return ['no answer is documented'];
  return missingLines(answer.text, stdout).map((line) => `not printed: ${line}`);
}

async function asAnswer({ answer }: Snippet, stdout: string): Promise<string> {
  if (answer?.language !== 'json') return stdout.trimEnd();
  const parsed = parseAnswer(stdout);
  if (stdout.trimEnd().includes('\n')) return stdout.trimEnd();
  return (await format(JSON.stringify(parsed), { parser: 'json', printWidth: 100 })).trimEnd();
}

describe('the commands of the docs print what is documented', () => {
  let session: ReaderSession;
  let lastPosition = '0:0';

  before(async () => {
    session = await ReaderSession.start();
  });
  after(() => session.close());

  for (const page of PAGES) {
    const text = pageText(page);
    const snippets = snippetsOf(text);

    test(`${page} has commands to run`, () => {
      assert.ok(snippets.length > 0);
    });

    const written: [Block, string][] = [];
    for (const snippet of snippets) {
      const { command, closeness, exit } = snippet;
      test(`${page}:${String(command.line)}`, async () => {
        const script =
          closeness === 'shape'
            ? command.text.replaceAll(/after=\d+:\d+/g, `after=${lastPosition}`)
            : command.text;
        const printed = await session.run(script);
        assert.equal(printed.exit, exit, `${command.text}\n${printed.stdout}${printed.stderr}`);
        lastPosition = /"positions":\["(\d+:\d+)"/.exec(printed.stdout)?.[1] ?? lastPosition;
        const found = compare(snippet, printed.stdout);
        if (process.env['REPRISE_DOCS'] === 'write' && snippet.answer && found.length > 0) {
          written.push([snippet.answer, await asAnswer(snippet, printed.stdout)]);
          return;
        }
        assert.equal(found.join('\n'), '', `${command.text}\n${printed.stdout}`);
      });
    }

    after(async () => {
      if (written.length === 0) return;
      const lines = text.split('\n');
      for (const [{ from, to }, answer] of written.reverse()) lines.splice(from, to - from, answer);
      await writeFile(join(root, page), lines.join('\n'));
    });
  }
});
