import { randomBytes } from 'node:crypto';
import { identityContract } from '../contracts/identity.contract.ts';
import { createMemoryIdentities } from './memory-identities.ts';

identityContract('the identity store in memory', () => {
  const identities = createMemoryIdentities(randomBytes);
  return Promise.resolve({ identities, close: () => identities.close() });
});
