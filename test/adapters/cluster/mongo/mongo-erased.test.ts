import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MongoErased } from '../../../../adapters/cluster/mongo/mongo-erased.ts';

const surrogate = (n: number): Uint8Array => new Uint8Array(16).fill(n);
const hex = (n: number): string => Buffer.from(surrogate(n)).toString('hex');

describe('who was erased', () => {
  it('is asked one question at a time, which takes all that was asked meanwhile', async () => {
    const questions: (readonly string[])[] = [];
    const answers: (() => void)[] = [];
    const erased = new MongoErased((surrogates) => {
      questions.push(surrogates);
      return new Promise((resolve) => answers.push(() => resolve(new Set([hex(2)]))));
    });
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const first = [erased.has(surrogate(1)), erased.has(surrogate(2))];
    await turn();
    const later = [erased.has(surrogate(2)), erased.has(surrogate(3)), erased.has(surrogate(3))];
    await turn();
    assert.deepEqual(questions, [[hex(1), hex(2)]]);
    answers[0]?.();
    assert.deepEqual(await Promise.all(first), [false, true]);
    await turn();
    assert.deepEqual(questions[1], [hex(2), hex(3)]);
    answers[1]?.();
    assert.deepEqual(await Promise.all(later), [true, false, false]);
  });

  it('is unknown to those alone whose question failed', async () => {
    let isDown = true;
    const erased = new MongoErased(() =>
      isDown ? Promise.reject(new Error('away')) : Promise.resolve(new Set<string>()),
    );
    await assert.rejects(erased.has(surrogate(1)), /away/);
    isDown = false;
    assert.equal(await erased.has(surrogate(1)), false);
  });
});
