import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The project's root folder. */
export const root = join(import.meta.dirname, '..', '..');

/** A fenced block of a page. */
export interface Block {
  /** The word after the fence: `sh`, `json`, `text`. */
  readonly language: string;
  readonly text: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
  /** Index of the first and one past the last line of the text, from 0. */
  readonly from: number;
  readonly to: number;
  /** What an HTML comment in the line above says, such as `run`. */
  readonly mark: string | undefined;
}

/** Lists the pages that people read, relative to the root. */
export function pages(): readonly string[] {
  const below = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' });
  const docs = below.filter((name) => name.endsWith('.md')).map((name) => join('docs', name));
  return ['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md', ...docs.sort()];
}

/** Reads a page. */
export function pageText(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

/** Finds the fenced blocks of a page. */
export function blocksOf(text: string): readonly Block[] {
  const lines = text.split('\n');
  const blocks: Block[] = [];
  let open: { readonly language: string; readonly at: number } | undefined;
  lines.forEach((line, at) => {
    const fence = /^```(\w*)$/.exec(line);
    if (fence === null) return;
    if (open === undefined) {
      open = { language: fence[1] ?? '', at };
      return;
    }
    const above = /^<!-- (.+) -->$/.exec(lines[open.at - 1] ?? '');
    blocks.push({
      language: open.language,
      text: lines.slice(open.at + 1, at).join('\n'),
      line: open.at + 1,
      from: open.at + 1,
      to: at,
      mark: above?.[1],
    });
    open = undefined;
  });
  return blocks;
}

/** Takes the fenced blocks out of a page, so that what they hold is not read as prose. */
export function proseOf(text: string): string {
  const lines = text.split('\n');
  for (const { from, to } of blocksOf(text)) lines.fill('', from, to);
  return lines.join('\n');
}

/** Reads the table under a heading: its rows as lists of cells, without the head, backquotes taken away. */
export function tableUnder(text: string, heading: string): readonly (readonly string[])[] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.endsWith(` ${heading}`));
  if (start < 0) throw new Error(`no heading ${heading}`);
  const rows: string[][] = [];
  for (const line of lines.slice(start + 1)) {
    if (line.startsWith('#')) break;
    if (!line.startsWith('|')) continue;
    const cells = line.slice(1, -1).split(/(?<!\\)\|/);
    rows.push(cells.map((cell) => cell.trim().replaceAll('`', '').replaceAll('\\|', '|')));
  }
  return rows.slice(2);
}
