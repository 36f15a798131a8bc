import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { ncfWarnings, readNcfFiles } from '../../../processes/evaluation/ncf-files.ts';
import { measureFloor } from '../../../processes/evaluation/ncf-run.ts';

const folder = join(process.env['REPRISE_DATA'] ?? '', 'ncf');

/** Popularity on the published splits: what proves that the protocol is the published one. */
const SPLITS = [
  {
    name: 'ml-1m',
    train: 'ml-1m.train.rating.reconstructed.gz',
    figures: ['0.4535', '0.2543'],
    warnings: 1,
  },
  { name: 'lastfm', train: 'lastfm.train.rating.gz', figures: ['0.6635', '0.3866'], warnings: 2 },
  { name: 'AMusic', train: 'AMusic.train.rating.gz', figures: ['0.2483', '0.1303'], warnings: 3 },
] as const;

for (const { name, train, figures, warnings } of SPLITS) {
  const files = {
    train: join(folder, train),
    test: join(folder, `${name}.test.rating.gz`),
    negatives: join(folder, `${name}.test.negative.gz`),
  };
  const absent = !existsSync(files.train) && 'REPRISE_DATA names no folder with these files';
  test(`popularity on ${name} is what was published, to the digit`, { skip: absent }, async () => {
    const { pairs, cases, counts } = await readNcfFiles(files, new AbortController().signal);
    const { hitRate10, ndcg10 } = measureFloor(pairs, cases, () => 0);
    assert.deepEqual([hitRate10.toFixed(4), ndcg10.toFixed(4)], figures);
    assert.equal(ncfWarnings(counts).length, warnings);
  });
}
