import assert from 'node:assert/strict';
import { it } from 'node:test';

import { METRICS } from '../../../activities/metrics.ts';
import { createPrometheus } from '../../../adapters/instruments/prometheus.ts';
import { sequence } from '../../../events/position.ts';
import { observeTelling } from '../../../processes/observe/telling-stand.ts';

it('the telling of CloudEvents is behind by what is in the journal past it, while it is told here', async () => {
  const instruments = createPrometheus([METRICS.toldLag]);
  let look = (): void => undefined;
  const heads = [9, 4];
  const at = observeTelling({ instruments, onLook: (tell) => void (look = tell) }, (partition) =>
    sequence(heads[partition] ?? -1),
  );
  const exposed = async (): Promise<readonly string[]> => {
    look();
    const { text } = await instruments.exposition();
    return text.split('\n').filter((line) => line.startsWith(METRICS.toldLag.name));
  };
  assert.deepEqual(await exposed(), []);
  at(0, sequence(-1));
  at(1, sequence(4));
  const series = METRICS.toldLag.name;
  assert.deepEqual(await exposed(), [`${series}{partition="0"} 10`, `${series}{partition="1"} 0`]);
  at(0, sequence(7));
  at(1, undefined);
  assert.deepEqual(await exposed(), [`${series}{partition="0"} 2`]);
});
