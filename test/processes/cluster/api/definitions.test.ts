import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { FollowedRecord } from '../../../../activities/followed-record.ts';
import type { ExperimentRecord } from '../../../../activities/feedback/experiment-record.ts';
import { RepriseError } from '../../../../events/error.ts';
import {
  DEFINITIONS_MS_MAX,
  followDefinitions,
} from '../../../../processes/cluster/api/definitions.ts';
import { Scenarios } from '../../../../processes/core/scenarios.ts';
import type { KeptScenarios } from '../../../../processes/core/scenarios.ts';
import { MemoryKeptRecord } from '../../../doubles/memory-kept-record.ts';

/** Some times the bound, for a machine that is busy. */
const KNOWN_MS_MAX = 3 * DEFINITIONS_MS_MAX;

const FRONT: ExperimentRecord = { experiment: 'front', arms: [], effect: 0.1, startedMs: 1 };

/** Two APIs over one store, the second of which follows. */
async function createRig() {
  const kept = new MemoryKeptRecord<KeptScenarios>();
  const records = new MemoryKeptRecord<readonly ExperimentRecord[]>();
  const open = async () => ({
    scenarios: await Scenarios.open(kept, () => 0),
    experiments: await FollowedRecord.open(records, []),
  });
  const [one, other] = [await open(), await open()];
  const ending = new AbortController();
  const warnings: string[] = [];
  const logger = { warn: (_fields: unknown, text: string) => void warnings.push(text) };
  const following = followDefinitions({ definitions: other, logger, signal: ending.signal });
  const close = async (): Promise<void> => {
    ending.abort();
    await following;
  };
  return { kept, one, other, warnings, close };
}

async function until(holds: () => boolean, msMax: number): Promise<void> {
  const endMs = performance.now() + msMax;
  while (!holds()) {
    assert.ok(performance.now() < endMs, `not within ${String(msMax)} ms`);
    await sleep(10);
  }
}

describe('an API of the cluster', () => {
  it('knows within its bound what another one defined and took away', async () => {
    const { one, other, close } = await createRig();
    try {
      await one.scenarios.set('jazz', { filter: 'item.genre == "jazz"' });
      await one.experiments.change((all) => ({ value: [...all, FRONT], result: undefined }));
      await until(() => other.experiments.value.length === 1, KNOWN_MS_MAX);
      assert.deepEqual(other.scenarios.get('jazz'), one.scenarios.get('jazz'));
      assert.equal(await other.scenarios.remove('jazz'), true);
      assert.equal(await one.scenarios.remove('jazz'), false);
    } finally {
      await close();
    }
  });

  it('keeps what it knew while the store is away, says so once, and goes on after that', async () => {
    const { kept, one, other, warnings, close } = await createRig();
    try {
      await one.scenarios.set('jazz', {});
      await until(() => other.scenarios.list().length === 1, KNOWN_MS_MAX);
      kept.trouble = new RepriseError('UNAVAILABLE', 'MongoDB is away');
      await assert.rejects(other.scenarios.set('rock', {}), { code: 'UNAVAILABLE' });
      await sleep(1.2 * DEFINITIONS_MS_MAX);
      assert.deepEqual(warnings, ['what is defined cannot be read']);
      assert.equal(other.scenarios.list().length, 1);
      kept.trouble = undefined;
      await one.scenarios.set('rock', {});
      await until(() => other.scenarios.list().length === 2, KNOWN_MS_MAX);
    } finally {
      await close();
    }
  });
});
