import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';

import { writeAtTurnEnd } from '../../api/turn-end.ts';

/** A response that only takes note of what is done to it. */
class Noted {
  readonly done: string[] = [];
  readonly #fails: boolean;

  constructor(fails = false) {
    this.#fails = fails;
  }

  writeHead(status: number): this {
    if (this.#fails) throw new Error('the head was written before');
    this.done.push(`head ${String(status)}`);
    return this;
  }

  end(text: string, encoding: string): void {
    this.done.push(`${text} ${encoding}`);
  }

  destroy(): void {
    this.done.push('destroyed');
  }

  ready(text: string): void {
    const response = this as unknown as ServerResponse;
    writeAtTurnEnd({ response, status: 200, headers: [], text, encoding: 'utf8' });
  }
}

test('answers of one turn of the event loop are written together at its end', async () => {
  const [first, second] = [new Noted(), new Noted()];
  first.ready('a');
  await Promise.resolve();
  second.ready('b');
  assert.deepEqual([first.done, second.done], [[], []]);
  await turn();
  assert.deepEqual(
    [first.done, second.done],
    [
      ['head 200', 'a utf8'],
      ['head 200', 'b utf8'],
    ],
  );
});

test('an answer that cannot be written breaks off, and those of others go out', async () => {
  const [broken, whole] = [new Noted(true), new Noted()];
  broken.ready('a');
  whole.ready('b');
  await turn();
  assert.deepEqual([broken.done, whole.done], [['destroyed'], ['head 200', 'b utf8']]);
});
