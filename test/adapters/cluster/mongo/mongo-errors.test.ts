import assert from 'node:assert/strict';
import { it } from 'node:test';
import { MongoDriverError } from 'mongodb';
import { hasCode } from '../../../../events/error.ts';
import { isOutage, repriseError } from '../../../../adapters/cluster/mongo/mongo-errors.ts';

/** What the driver throws where every connection of its pool waits, which it does not export. */
class WaitQueueTimeoutError extends MongoDriverError {
  override get name(): string {
    return 'MongoWaitQueueTimeoutError';
  }
}

it('a pool whose connections all wait for a slow server is an outage, and ends no process', () => {
  const error = new WaitQueueTimeoutError('Timed out while checking out a connection');
  assert.equal(isOutage(error), true);
  assert.ok(hasCode(repriseError(error, 'there:27017'), 'UNAVAILABLE'));
});
