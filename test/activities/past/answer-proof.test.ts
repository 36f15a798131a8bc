import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnswerProof, LentRelease } from '../../../activities/past/answer-proof.ts';
import type { TimeTravel } from '../../../activities/past/time-travel.ts';
import { formatPosition, sequence } from '../../../events/position.ts';
import type { Position } from '../../../events/position.ts';
import type { Recommendation } from '../../../projections/answer.ts';
import type { LoadedRelease } from '../../../projections/index-release.ts';
import {
  decodeRecommendationId,
  encodeRecommendationId,
} from '../../../projections/recommendation-id.ts';
import { Recommender } from '../../../projections/recommend.ts';
import type { Searcher } from '../../../projections/searcher.ts';
import type { ServingState } from '../../../projections/serving-state.ts';
import { temporaryFolder } from '../../adapters/temporary-folder.ts';
import { SIGNING_KEY, TravelWorld } from '../../doubles/travel-world.ts';

const yieldNow = (): Promise<void> => Promise.resolve();

async function livedWorld(partitions: number): Promise<TravelWorld> {
  const world = await TravelWorld.open(await temporaryFolder(), partitions, { learner: 'gmf' });
  await world.catchUp();
  for (let turn = 0; turn < 45; turn += 1) {
    await world.turn();
    if (turn === 25) await world.promote('v2');
  }
  return world;
}

async function proofOf(
  world: TravelWorld,
  travel: TimeTravel,
  id: string,
  ...lending: Parameters<TravelWorld['proofs']> extends [unknown, ...infer Rest] ? Rest : never
): Promise<AnswerProof> {
  const proofs = world.proofs(travel, ...lending);
  const lineage = await proofs.lineage(id);
  assert.ok(lineage !== undefined);
  const proof = await proofs.prove(lineage);
  assert.ok('answer' in proof);
  return proof.answer;
}

/** A release of what a read side holds now, and a searcher that finds its first labels, whatever is asked. */
function releaseOf(serving: ServingState, labelsFound: number): LentRelease {
  const { version, ids, rows, dimensions } = serving.indexInput(0, 1);
  const manifest = { release: 'r1', version, dimensions } as LoadedRelease['manifest'];
  const searcher: Searcher = {
    release: 'r1',
    search: async (_release, _partition, _query, k) => ({
      labels: Uint32Array.from({ length: Math.min(k, labelsFound) }, (_, label) => label),
    }),
    use: async () => undefined,
    status: () => {
      throw new Error('nobody asks');
    },
    close: async () => undefined,
  };
  return { loaded: { manifest, folder: '', partitions: [{ partition: 0, ids, rows }] }, searcher };
}

describe('the proof of an answer', () => {
  for (const partitions of [1, 2]) {
    it(`is that it is made again, by its id alone: ${partitions} partition(s)`, async () => {
      const world = await livedWorld(partitions);
      const travel = world.travel();
      const bases = new Set<string>();
      for (const { request, answer } of [
        ...world.noted.filter((_, n) => n % 3 !== 1),
        ...world.ruled.filter((_, n) => n % 5 === 1 || n % 7 === 0),
      ]) {
        const proofs = world.proofs(travel);
        const lineage = await proofs.lineage(answer.recommendationId);
        assert.ok(lineage !== undefined);
        const { facts, user, version } = lineage;
        assert.deepEqual(facts.positions.map(formatPosition), answer.position);
        const known = await world.world.rig.identities.find(request.user);
        assert.ok(user === null || user === known?.id);
        assert.equal(version?.definition.version, answer.model);
        const proof = await proofs.prove(lineage);
        assert.ok('answer' in proof);
        assert.equal(
          proof.answer.verdict,
          'equal',
          JSON.stringify([request, answer, proof.answer]),
        );
        assert.deepEqual(proof.answer.items, answer.items);
        bases.add(answer.basedOn);
      }
      assert.deepEqual([...bases].sort(), ['item', 'popular', 'user']);
    });
  }

  it('fails for an answer that was never given there, although it is signed', async () => {
    const world = await livedWorld(1);
    const { answer } = world.noted.findLast((one) => one.answer.basedOn === 'user')!;
    const facts = decodeRecommendationId(answer.recommendationId, SIGNING_KEY);
    const other = encodeRecommendationId({ ...facts, answerHash: new Uint8Array(16) }, SIGNING_KEY);
    const proof = await proofOf(world, world.travel(), other);
    assert.equal(proof.verdict, 'different');
    assert.equal(proof.changedByErasure, false);
    assert.equal(proof.expectedHash, '00'.repeat(16));
    assert.deepEqual(proof.items, answer.items);
  });

  it('knows no id of another key, or one that was changed, and refuses a place that is not there', async () => {
    const world = await livedWorld(1);
    const { answer } = world.noted.at(-1)!;
    const id = answer.recommendationId;
    const proofs = world.proofs(world.travel());
    const changed = `${id.slice(0, 9)}${id[9] === 'A' ? 'B' : 'A'}${id.slice(10)}`;
    for (const foreign of [changed, 'AAAA', '']) {
      assert.equal(await proofs.lineage(foreign), undefined);
    }
    const facts = decodeRecommendationId(id, SIGNING_KEY);
    const positions: Position[] = [{ partition: 0, sequence: sequence(1_000_000) }];
    const beyond = encodeRecommendationId({ ...facts, positions }, SIGNING_KEY);
    await assert.rejects(proofs.lineage(beyond), { code: 'INVALID', message: /lost events/ });
  });

  it('tells that somebody was erased since, where it cannot hold any more', async () => {
    const world = await livedWorld(1);
    const travel = world.travel();
    const { request, answer } = world.noted.findLast(
      (one) => one.answer.basedOn === 'user' && one.answer.model === 'v1',
    )!;
    assert.equal((await proofOf(world, travel, answer.recommendationId)).verdict, 'equal');
    await world.erase(request.user);
    const proof = await proofOf(world, travel, answer.recommendationId);
    assert.deepEqual([proof.verdict, proof.changedByErasure], ['different', true]);
  });

  it('takes the candidates of the release that answered, or says that it cannot', async () => {
    const world = await livedWorld(1);
    const travel = world.travel();
    const { own, request } = world.noted.findLast(
      (one) => one.answer.basedOn === 'user' && one.request.n > 4,
    )!;
    const at = { partition: own, sequence: world.world.rig.journal.head(own) };
    const given = await travel.apart(
      { positions: [at] },
      {
        name: 'given',
        source: { exactScanItemsMax: 3 },
        work: async ({ serving }): Promise<[Recommendation, LentRelease]> => {
          const lent = releaseOf(serving, 20);
          await serving.useRelease(lent.loaded, yieldNow);
          const recommender = new Recommender({
            ...{ serving, searcher: lent.searcher, signingKey: SIGNING_KEY },
            identities: world.world.rig.identities,
            catalogue: world.catalogue,
            partitionOf: () => own,
          });
          return [await recommender.recommend({ ...request, exclude: 'none' }), lent];
        },
      },
    );
    assert.ok('answer' in given);
    const [answer, lent] = given.answer;
    assert.deepEqual(answer.search, { mode: 'approximate', release: 'r1' });
    const id = answer.recommendationId;
    await world.turn();
    const proof = await proofOf(world, travel, id, async (_release, work) => work(lent));
    assert.deepEqual([proof.verdict, proof.method], ['equal', 'release']);
    assert.deepEqual(proof.items, answer.items);
    const gone = await proofOf(world, world.travel(), id);
    assert.deepEqual([gone.verdict, gone.method], ['unverifiable', 'exact']);
    assert.equal(gone.reason, 'there is no r1');
    const { searcher } = lent;
    const down = {
      ...lent,
      searcher: { ...searcher, search: async () => ({ why: 'it is down' }) },
    };
    const unsearched = await proofOf(world, world.travel(), id, async (_, work) => work(down));
    assert.equal(unsearched.verdict, 'unverifiable');
    assert.match(unsearched.reason ?? '', /could not be searched: it is down/);
  });
});
