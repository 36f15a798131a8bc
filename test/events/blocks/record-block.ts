/**
 * Writes the fixture of the newest codec version: a block as it writes it. It was run once for each version, when that
 * was in force; a later version gets a fixture of its own and never rewrites one.
 */
import { writeFile } from 'node:fs/promises';
import { encodeBlock } from '../../../events/blocks/block-codec.ts';
import { CODEC_VERSION, GENESIS } from '../../../events/blocks/block-header.ts';
import { sequence } from '../../../events/position.ts';
import { SOURCED_ROWS } from './recorded-block.ts';

const place = { partition: 0, firstSequence: sequence(0), appendTimeMs: 1_700_000_000_000 };
const { header, content } = encodeBlock(SOURCED_ROWS, place, GENESIS);
const name = `fixtures/block-v${String(CODEC_VERSION)}.bin`;
await writeFile(new URL(name, import.meta.url), Buffer.concat([header, content]), { flag: 'wx' });
