import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKeptRecord } from '../../adapters/embedded/kept-record.ts';
import { keptRecordContract, readNames } from '../contracts/kept-record.contract.ts';

keptRecordContract('a record that is kept in a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-record-'));
  const path = join(folder, 'inner', 'names.json');
  const open = () => openKeptRecord({ path, parse: readNames });
  const record = open();
  return {
    ...{ record, other: record, reopen: open },
    damage: () => writeFile(path, '["ada'),
    close: () => rm(folder, { recursive: true }),
  };
});
