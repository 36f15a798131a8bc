import type { JSX } from 'preact';

import type { StartedRun } from '../../api/schema/answers.ts';
import { attempt, notify } from '../state/notices.ts';
import { backfill, buildIndex, train } from '../wire/calls.ts';

async function start(what: string, begin: () => Promise<StartedRun>): Promise<void> {
  const run = await attempt(begin);
  if (run !== undefined) notify('done', `${what} has started: ${run.workflowId}`);
}

function onSubmit(begin: (fields: FormData) => Promise<void>): (event: SubmitEvent) => void {
  return (event) => {
    event.preventDefault();
    void begin(new FormData(event.currentTarget as HTMLFormElement));
  };
}

function TrainForm(): JSX.Element {
  const begin = onSubmit(async (fields) => {
    const trainer = fields.get('trainer') === 'tfjs' ? 'tfjs' : 'kernel';
    const promote = fields.get('promote') === null ? 'never' : 'if-not-worse';
    await start('A training', () => train({ trainer, promote }));
  });
  return (
    <form class="card" onSubmit={begin}>
      <h3>Train a version</h3>
      <p class="soft">On the whole journal, measured on events that it held out.</p>
      <label>
        Trainer
        <select name="trainer">
          <option value="kernel">kernel (SIMD, in this build)</option>
          <option value="tfjs">tfjs-node</option>
        </select>
      </label>
      <label class="check">
        <input type="checkbox" name="promote" defaultChecked />
        promote it when it is not worse
      </label>
      <button type="submit">Train</button>
    </form>
  );
}

function BackfillForm(): JSX.Element {
  const begin = onSubmit(async (fields) => {
    const learningRate = Number(fields.get('learningRate'));
    await start('A backfill', () => backfill({ learningRate }));
  });
  return (
    <form class="card" onSubmit={begin}>
      <h3>Try other settings</h3>
      <p class="soft">
        The journal is replayed into a version beside the live one, which then follows the stream as
        the shadow.
      </p>
      <label>
        Learning rate
        <input name="learningRate" type="number" step="any" min="0" defaultValue="0.1" required />
      </label>
      <button type="submit">Replay</button>
    </form>
  );
}

/** What a person can start: a training, a version with other settings, an index. */
export function StartForms(): JSX.Element {
  const index = onSubmit(() => start('An index build', buildIndex));
  return (
    <div class="starts">
      <TrainForm />
      <BackfillForm />
      <form class="card" onSubmit={index}>
        <h3>Build an index</h3>
        <p class="soft">Approximate search over the items, swapped in when its recall holds.</p>
        <button type="submit">Build</button>
      </form>
    </div>
  );
}
