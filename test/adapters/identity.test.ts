import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openIdentities } from '../../adapters/embedded/identity.ts';
import { identityContract } from '../contracts/identity.contract.ts';

identityContract('the embedded identity store', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-identity-'));
  const identities = openIdentities({ folder, random: randomBytes, identityCacheEntriesMax: 8 });
  return {
    identities,
    async close() {
      await identities.close();
      await rm(folder, { recursive: true });
    },
  };
});
