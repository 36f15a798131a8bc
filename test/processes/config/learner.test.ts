import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { BLEND_LEARNER_SETTINGS } from '../../../model/stream/blend-settings.ts';
import type { LearnerName } from '../../../processes/config/learner.ts';
import { defaultLearnerOf, LEARNERS, settingsOf } from '../../../processes/config/learner.ts';
import { openStores } from '../../../processes/core/stores.ts';
import { temporaryFolder } from '../../adapters/temporary-folder.ts';

async function learnerIn(path: string, learner?: LearnerName): Promise<object> {
  const stores = await openStores(path, { learner }, () => 0);
  await stores.close();
  return stores.folder.manifest.settings;
}

test('who names no learner gets a blend in one process, and gmf in a cluster', () => {
  assert.equal(defaultLearnerOf('embedded'), 'blend');
  assert.equal(defaultLearnerOf('cluster'), 'gmf');
});

test('a new folder learns by what is measured as blend, and by another learner where one is named', async () => {
  const folder = await temporaryFolder();
  assert.deepEqual(await learnerIn(join(folder, 'unnamed')), BLEND_LEARNER_SETTINGS);
  for (const learner of LEARNERS) {
    assert.deepEqual(await learnerIn(join(folder, learner), learner), settingsOf(learner));
  }
});

for (const learner of LEARNERS) {
  test(`a folder that was made with ${learner} keeps it, whatever the default`, async () => {
    const path = join(await temporaryFolder(), 'data');
    await learnerIn(path, learner);
    assert.deepEqual(await learnerIn(path), settingsOf(learner));
    for (const other of LEARNERS.filter((name) => name !== learner)) {
      await assert.rejects(learnerIn(path, other), { code: 'CONFLICT' });
    }
  });
}
