import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openItems } from '../../adapters/embedded/items.ts';
import type { ItemCatalogue } from '../../projections/items.ts';
import { publishedItems, titleOf } from '../../projections/items.ts';
import { itemsContract } from '../contracts/items.contract.ts';

itemsContract('the embedded item catalogue', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-items-'));
  const open = (): ItemCatalogue =>
    openItems({ folder, fold: { published: publishedItems, title: titleOf } });
  let catalogue = open();
  return {
    catalogue,
    async reopen() {
      await catalogue.close();
      catalogue = open();
      return catalogue;
    },
    async close() {
      await catalogue.close();
      await rm(folder, { recursive: true });
    },
  };
});
