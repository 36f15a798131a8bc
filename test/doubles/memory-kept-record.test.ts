import { keptRecordContract } from '../contracts/kept-record.contract.ts';
import type { Names } from '../contracts/kept-record.contract.ts';
import { RepriseError } from '../../events/error.ts';
import { MemoryKeptRecord } from './memory-kept-record.ts';

keptRecordContract('a record that is kept in memory', () => {
  const record = new MemoryKeptRecord<Names>();
  return Promise.resolve({
    ...{ record, other: record, reopen: () => record },
    damage: () => {
      record.trouble = new RepriseError('DAMAGED', 'it is told to be damaged');
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  });
});
