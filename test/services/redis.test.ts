import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { hasCode } from '../../events/error.ts';
import { RedisLink } from '../../adapters/cluster/redis/redis.ts';
import { RedisServer } from './redis-server.ts';

const commandMsMax = 500;

async function refusal(link: RedisLink): Promise<string> {
  const started = performance.now();
  try {
    await link.check();
  } catch (error) {
    assert.ok(hasCode(error, 'UNAVAILABLE') || hasCode(error, 'INVALID'), String(error));
    assert.ok(performance.now() - started < 2 * commandMsMax + 500, 'the wait is bounded');
    return error.message;
  } finally {
    await link.close();
  }
  return 'answered';
}

describe('the link to redis', () => {
  let server: RedisServer;
  before(async () => {
    server = await RedisServer.start(['--requirepass', 'right:@/']);
  });
  after(() => server.close());

  it('takes user and password from the address, or from a setting of its own', async () => {
    const { port } = server;
    const address = `redis://default:${encodeURIComponent('right:@/')}@127.0.0.1:${port}/2`;
    assert.equal(await refusal(new RedisLink({ url: address })), 'answered');
    assert.equal(await refusal(server.link({ password: 'right:@/' })), 'answered');
  });

  it('says that the password is wrong, or missing, and never what it was', async () => {
    const wrong = await refusal(server.link({ password: 'guessed', commandMsMax }));
    assert.match(wrong, /refuses the password/);
    assert.doesNotMatch(wrong, /guessed/);
    assert.match(await refusal(server.link({ commandMsMax })), /asks for a password/);
  });

  it('says where nobody listens, within a bound', async () => {
    const nobody = new RedisLink({ url: 'redis://127.0.0.1:1', commandMsMax });
    const message = await refusal(nobody);
    assert.match(message, /redis at 127\.0\.0\.1:1 does not answer \(.*ECONNREFUSED.*\): start it/);
  });

  it('bounds the wait for a server that hangs, and the commands that wait', async () => {
    const settings = { password: 'right:@/', commandMsMax, pendingCommandsMax: 2 };
    const link = server.link(settings);
    await link.check();
    server.pause();
    try {
      const waiting = [link.check(), link.check()];
      await assert.rejects(link.check(), /too many commands/);
      for (const { status } of await Promise.allSettled(waiting)) assert.equal(status, 'rejected');
    } finally {
      server.resume();
    }
    await link.check();
  });

  it('answers again after the server was killed and started', async () => {
    const link = server.link({ password: 'right:@/', commandMsMax });
    await link.check();
    await server.kill();
    await assert.rejects(link.check(), { code: 'UNAVAILABLE' });
    await server.start();
    let tries = 0;
    while (tries < 20 && !(await link.check().then(...[() => true, () => false]))) tries += 1;
    await link.check();
  });

  it('refuses an address of another form, without repeating it', () => {
    for (const url of ['', 'http://:secret@h/', 'redis://', 'redis://h/x', '127.0.0.1:6379']) {
      const error = { code: 'INVALID', message: /^((?!secret).)*redis:\/\/user/ };
      assert.throws(() => new RedisLink({ url }), error);
    }
  });
});
