import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig } from '../../processes/config.ts';
import { startCore } from '../../processes/core.ts';
import type { Core } from '../../processes/core.ts';
import { createLogger } from '../../processes/logger.ts';
import { temporaryFolder } from '../adapters/temporary-folder.ts';
import { SeededRandom } from '../doubles/seeded-random.ts';
import { TEMPORAL } from '../doubles/workflow-stage.ts';

const skip = TEMPORAL.unavailable ?? false;

type Json = Readonly<Record<string, unknown>>;

interface Answer {
  readonly status: number;
  readonly json: Json;
}

const USERS = 40;
const SWITCHES = 10;

function plays(count: number, from = 0): object[] {
  const random = new SeededRandom(7 + from);
  return Array.from({ length: count }, (_, n) => ({
    ...{ id: `e${from + n}`, type: 'play', user: `u${random.below(USERS)}` },
    item: `t${Math.floor(random.next() ** 2 * 200)}`,
    time: new Date(1_700_000_000_000 + (from + n) * 1_000).toISOString(),
  }));
}

for (const partitions of [1, 2]) {
  describe(`versions side by side, on ${partitions} partition(s)`, { skip }, () => {
    let core: Core;
    let data: string;
    const start = () =>
      startCore({
        ...{ data, partitions, listen: { host: '127.0.0.1', port: 0 }, durable: 'eager' as const },
        config: readConfig({ REPRISE_LEASE_MS_MAX: '2000', REPRISE_PREQUENTIAL_SHARE: '1' }),
        logger: createLogger('silent'),
      });
    before(async () => {
      data = await temporaryFolder();
      core = await start();
      await postAll(3_000);
      await settled('v1');
    });
    after(() => core.close());

    async function ask(method: string, path: string, body?: unknown): Promise<Answer> {
      const response = await fetch(`${core.url}${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { status: response.status, json: (await response.json()) as Json };
    }

    async function call(method: string, path: string, body?: unknown): Promise<Json> {
      const { status, json } = await ask(method, path, body);
      assert.ok(status < 300, `${method} ${path}: ${JSON.stringify(json)}`);
      return json;
    }

    async function postAll(count: number, from = 0): Promise<void> {
      const events = plays(count, from);
      for (let at = 0; at < events.length; at += 1_000) {
        await call('POST', '/v1/events', events.slice(at, at + 1_000));
      }
    }

    async function backfill(body: Json): Promise<Json> {
      const { workflowId } = await call('POST', '/v1/backfills', body);
      for (;;) {
        const state = await call('GET', `/v1/backfills/${String(workflowId)}`);
        if (state['state'] !== 'running') return state;
        await sleep(50);
      }
    }

    async function modelOf(version: string): Promise<Json> {
      const { models } = (await call('GET', '/v1/models')) as { models: readonly Json[] };
      const found = models.find((one) => one['version'] === version);
      assert.ok(found !== undefined, `${version} is listed`);
      return found;
    }

    /** Waits until nothing comes any more, not even a barrier, and a version stands where the live one does. */
    async function settled(version: string): Promise<void> {
      let before: unknown;
      for (;;) {
        const { positions } = await modelOf(version);
        const { live } = await call('GET', '/v1/models');
        const { positions: head } = await modelOf(String(live));
        const now = JSON.stringify([positions, head]);
        if (now === before && JSON.stringify(positions) === JSON.stringify(head)) return;
        before = now;
        await sleep(500);
      }
    }

    /** Lets barriers pass until all that was learned is merged: those that come after change nothing any more. */
    async function merged(version: string): Promise<void> {
      for (let barrier = 0; barrier < 3 && partitions > 1; barrier += 1) {
        await call('PUT', '/v1/items/silence', { metadata: { title: `Silence ${barrier}` } });
        await settled(version);
      }
      await settled(version);
    }

    async function answers(): Promise<Map<string, string>> {
      const found = new Map<string, string>();
      for (let user = 0; user < USERS; user += 1) {
        const answer = await call('GET', `/v1/users/u${user}/recommendations`);
        found.set(`u${user}`, JSON.stringify([answer['model'], answer['items']]));
      }
      return found;
    }

    it('refuse what cannot be built, and change nothing', async () => {
      const listed = await call('GET', '/v1/models');
      const refused: readonly [Json, number, RegExp][] = [
        [{ settings: { learningrate: 0.1 } }, 400, /learningrate is not known here.*learningRate/],
        [{ settings: { dimensions: 7 } }, 422, /dimensions must be a multiple of 4/],
        [
          { settings: { learner: 'gmf', blend: { fading: 0.5 } } },
          422,
          /settings.blend is there where/,
        ],
        [{ nmae: 'v2' }, 400, /nmae is not known here/],
        [{ name: 'v1' }, 409, /v1 is there already/],
        [{ name: 'best' }, 422, /name is v2, v3 and so on/],
        [{ from: ['0:999999'] }, 422, /past the head, which is 0:\d+/],
        [{ from: ['9:1'] }, 422, /partitions/],
        [{ from: ['0:20'], to: ['0:10'] }, 422, /from 0:20 is past to 0:10/],
        [{ to: ['0:1', '0:2'] }, 422, /names partition 0 twice/],
        [{ model: 'v9' }, 404, /no model version v9/],
        [{ model: 'v1' }, 409, /v1 is live already/],
        [{ model: 'v1', name: 'v2' }, 422, /leave one of them out/],
      ];
      for (const [body, status, why] of refused) {
        const answer = await ask('POST', '/v1/backfills', body);
        assert.equal(answer.status, status, JSON.stringify([body, answer.json]));
        assert.match(String(answer.json['detail']), why);
      }
      assert.deepEqual(await call('GET', '/v1/models'), listed);
    });

    it('build one that equals the live one where its settings do, and promote it', async () => {
      const { state, result, failure } = await backfill({});
      assert.equal(state, 'completed', String(failure));
      const { version, replayedTo, events } = result as Json;
      assert.equal(version, 'v2');
      assert.equal((replayedTo as string[]).length, partitions);
      assert.ok((events as number) >= 3_000);
      await merged('v2');
      const shadow = await modelOf('v2');
      assert.deepEqual([shadow['aliases'], shadow['live']], [['shadow'], false]);
      const { hash } = await call('GET', '/v1/state-hash');
      const before = await answers();
      const promoted = await call('POST', '/v1/models/v2/promote', {});
      assert.deepEqual([promoted['version'], promoted['previous']], ['v2', 'v1']);
      assert.ok((promoted['switchMs'] as number) < 1_000, `${String(promoted['switchMs'])} ms`);
      const later = [...(await answers()).values()].map((each) => each.replace('v2', 'v1'));
      assert.deepEqual(later, [...before.values()]);
      // The hash of many partitions counts barriers, and a promotion is followed by one.
      if (partitions === 1) assert.equal((await call('GET', '/v1/state-hash'))['hash'], hash);
      assert.deepEqual((await modelOf('v1'))['aliases'], ['shadow', 'previous']);
    });

    it('refuse a promotion of what is live, unknown or not held, and of a wrong rollback', async () => {
      const refused: readonly [string, number, RegExp][] = [
        ['v2/promote', 409, /v2 is live already/],
        ['v9/promote', 404, /no model version v9/],
        ['v1/rollback', 409, /v1 is not live, v2 is/],
        ['v9/rollback', 404, /no model version v9/],
      ];
      for (const [path, status, why] of refused) {
        const answer = await ask('POST', `/v1/models/${path}`, {});
        assert.equal(answer.status, status, path);
        assert.match(String(answer.json['detail']), why);
      }
    });

    it('start where they are told to, with other settings, one of a name', async () => {
      const from = Array.from(
        { length: partitions },
        (_, partition) => `${partition}:${100 + partition}`,
      );
      const settings = { learner: 'isgd', learningRate: 0.08 };
      const body = { from, settings, name: 'v5' };
      const { workflowId } = await call('POST', '/v1/backfills', body);
      const second = await ask('POST', '/v1/backfills', body);
      assert.equal(second.status, 409, JSON.stringify(second.json));
      for (;;) {
        const state = await call('GET', `/v1/backfills/${String(workflowId)}`);
        if (state['state'] !== 'running') break;
        await sleep(50);
      }
      const { aliases, learner, start: begins, settings: own } = await modelOf('v5');
      assert.deepEqual([aliases, learner, begins], [['shadow'], 'isgd', from]);
      assert.equal((own as Json)['learningRate'], 0.08);
      const again = await ask('POST', '/v1/backfills', body);
      assert.equal(again.status, 409);
      assert.match(String(again.json['detail']), /v5 is there already/);
    });

    it('are scored on the same stream', async () => {
      await postAll(400, 10_000);
      await settled('v5');
      const { models } = (await call('GET', '/v1/metrics/prequential')) as {
        models: readonly Json[];
      };
      const sampled = new Map(models.map((one) => [one['version'], one['sampled'] as number]));
      assert.ok((sampled.get('v5') ?? 0) >= 400 * 0.9, JSON.stringify([...sampled]));
      const { prequential } = await modelOf('v5');
      assert.equal((prequential as Json)['events'], Math.min(sampled.get('v5') ?? 0, 1_000));
    });

    it('are compared on the events that both were tested on', async () => {
      const compared = await call('GET', '/v1/models/compare?a=v2&b=v5');
      const cohorts = compared['cohorts'] as readonly Json[];
      const [all, ...groups] = cohorts.map(({ events }) => events as number);
      assert.ok(all! >= 300, `${all} events`);
      assert.ok(groups.every((events) => events <= all!));
      const { a, b, difference, low, high } = cohorts[0]!['recall10'] as Record<string, number>;
      assert.ok(a! >= 0 && b! <= 1 && low! <= difference! && difference! <= high!);
      const overlap = compared['overlap10'] as { users: number; mean: number; histogram: number[] };
      assert.equal(overlap.users, USERS);
      assert.equal(
        overlap.histogram.reduce((sum, users) => sum + users, 0),
        USERS,
      );
      assert.ok(overlap.mean > 0 && overlap.mean < 1, `${overlap.mean}`);
      const { alignment } = compared['drift'] as { alignment: number };
      assert.ok(alignment > 0 && alignment < 1, `${alignment}`);
      const gate = { eventsMin: 10_000 };
      const unshown = await ask('POST', '/v1/models/v5/promote', { gate });
      assert.equal(unshown.status, 409);
      assert.match(String(unshown.json['detail']), /were tested on \d+ events together/);
      const refused: readonly [string, number][] = [
        ['a=v2&b=v2', 422],
        ['a=v2&b=v9', 404],
        ['a=v2', 400],
      ];
      for (const [query, status] of refused) {
        assert.equal((await ask('GET', `/v1/models/compare?${query}`)).status, status, query);
      }
    });

    it(`switch ${SWITCHES} times, and every answer is whole of one version`, async () => {
      await merged('v5');
      const expected = new Map<string, Map<string, string>>();
      expected.set('v2', await answers());
      await call('POST', '/v1/models/v5/promote', {});
      expected.set('v5', await answers());
      assert.notDeepEqual([...expected.get('v2')!.values()], [...expected.get('v5')!.values()]);
      const isOver = { yes: false };
      const asked = new Map<unknown, number>();
      const ask10 = async (seed: number): Promise<void> => {
        for (let n = seed; !isOver.yes; n += 1) {
          const user = `u${n % USERS}`;
          const answer = await call('GET', `/v1/users/${user}/recommendations`);
          const model = String(answer['model']);
          const whole = JSON.stringify([model, answer['items']]);
          assert.equal(whole, expected.get(model)?.get(user), `${user} of ${model}`);
          asked.set(model, (asked.get(model) ?? 0) + 1);
        }
      };
      const load = Promise.all([1, 11, 21, 31].map(ask10));
      try {
        for (let n = 0; n < SWITCHES; n += 1) {
          const { live } = await call('GET', '/v1/models');
          const switched = await call('POST', `/v1/models/${String(live)}/rollback`, {});
          assert.ok((switched['switchMs'] as number) < 1_000);
          await sleep(20);
        }
      } finally {
        isOver.yes = true;
        await load;
      }
      assert.deepEqual([...asked.keys()].sort(), ['v2', 'v5'], 'both were asked');
    });

    it('keep what was written readable while they switch', async () => {
      const isOver = { yes: false };
      let pairs = 0;
      const write = async (writer: number): Promise<void> => {
        for (let n = 0; !isOver.yes; n += 1) {
          const user = `u${writer}`;
          const { items } = await call('GET', `/v1/users/${user}/recommendations`);
          const [first] = items as readonly { readonly id: string }[];
          const item = first?.id ?? `fresh-${n}`;
          const event = { id: `w${writer}-${n}`, type: 'play', user, item };
          const { positions } = await call('POST', '/v1/events', event);
          const path = `/v1/users/${user}/recommendations?after=${(positions as string[])[0]}`;
          const next = await call('GET', path);
          assert.ok(!(next['items'] as Json[]).some(({ id }) => id === item), `${item} came back`);
          pairs += 1;
        }
      };
      const load = Promise.all([3, 4, 5].map(write));
      try {
        for (let n = 0; n < SWITCHES; n += 1) {
          const { live } = await call('GET', '/v1/models');
          await call('POST', `/v1/models/${String(live)}/rollback`, {});
          await sleep(30);
        }
      } finally {
        isOver.yes = true;
        await load;
      }
      assert.ok(pairs > SWITCHES);
    });

    it('are held again after a restart, and go on from their figures', async () => {
      const figures = async () => (await call('GET', '/v1/models/compare?a=v2&b=v5'))['cohorts'];
      await merged('v2');
      await merged('v5');
      const seen = await figures();
      const before = await call('GET', '/v1/models');
      const aliasesOf = ({ models }: Json) =>
        (models as Json[]).map(({ version, aliases }) => [version, aliases]);
      await core.close();
      core = await start();
      await core.ready();
      const live = String(before['live']);
      const other = live === 'v2' ? 'v5' : 'v2';
      while ((await modelOf(other))['positions'] === null) await sleep(50);
      await settled(other);
      assert.deepEqual(aliasesOf(await call('GET', '/v1/models')), aliasesOf(before));
      assert.deepEqual(await figures(), seen);
      const { equal } = await call('POST', '/v1/verifications', { model: other });
      assert.equal(equal, true);
      const { version } = await call('POST', `/v1/models/${live}/rollback`, {});
      assert.equal(version, other);
    });

    it('leave a state that a clean replay arrives at, through every promotion', async () => {
      const { equal, differing } = await call('POST', '/v1/verifications', {});
      assert.deepEqual(differing, []);
      assert.equal(equal, true);
    });

    it('are proven one by one where they are held, with all that they left behind', async () => {
      for (;;) {
        const { links } = await call('GET', '/v1/status');
        if ((links as Json | undefined)?.['temporal'] !== undefined) break;
        await sleep(100);
      }
      for (const model of ['v2', 'v5']) {
        const report = await call('POST', '/v1/verifications', { model, full: true });
        const { equal, version, kept, parted, workflowId } = report;
        assert.deepEqual([equal, version, parted], [true, model, []]);
        assert.match(String(workflowId), /^verify-/, 'it was a workflow');
        assert.deepEqual((kept as Json)['faults'], []);
      }
      const refused: readonly [Json, number, RegExp][] = [
        [{ model: 'v9' }, 404, /no model version v9/],
        [{ model: 'v1' }, 409, /v1 is not held/],
        [{ modle: 'v1' }, 400, /modle is not known here/],
        [{ model: 'v1', full: 'yes' }, 400, /full/],
      ];
      for (const [body, status, why] of refused) {
        const answer = await ask('POST', '/v1/verifications', body);
        assert.equal(answer.status, status, JSON.stringify(answer.json));
        assert.match(String(answer.json['detail']), why);
      }
    });
  });
}
