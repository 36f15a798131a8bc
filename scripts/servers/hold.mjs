import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endChildren, StepError } from '../setup/run.mjs';
import { isAlive, markOf } from './identity.mjs';
import { changing, down, openStack, up } from './operations.mjs';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Keeps a stack for as long as standard input is open, so that it ends with whoever holds the other end, however
 * that one ends. Says the stack's folder on standard output when everything named answers.
 */
export async function hold({ names, ports, options, isTemporary, progress }) {
  // Who has gone doesn't listen any more, and its servers have to be ended all the same.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const folder = isTemporary ? await mkdtemp(join(tmpdir(), 'reprise-stack-')) : undefined;
  const stack = openStack({ folder, progress });
  writeFileSync(keeperFile(stack.folder), JSON.stringify(markOf(process.pid)));
  const ending = untilEnd();
  try {
    const rising = changing(stack, () => up(stack, { names, ports, options }));
    const isUp = await Promise.race([rising.then(() => true), ending.then(() => false)]);
    if (isUp) {
      process.stdout.write(`${JSON.stringify({ folder: stack.folder })}\n`);
      await ending;
    } else {
      await endChildren();
      await rising.catch((error) => progress.note(`given up: ${error.message}`));
    }
  } finally {
    process.stdin.destroy();
    await changing(stack, async () => {
      await rm(keeperFile(stack.folder), { force: true });
      // Nobody will read what a temporary stack would put away.
      await down(stack, { force: isTemporary });
      if (isTemporary) await rm(stack.folder, { recursive: true, force: true });
    });
  }
}

/** Refuses a stack whose keeper is gone: what would be started there, nobody would end. */
export function requireKeeper(folder) {
  try {
    if (isAlive(JSON.parse(readFileSync(keeperFile(folder), 'utf8')))) return;
  } catch (error) {
    if (error.code !== 'ENOENT' && !(error instanceof SyntaxError)) throw error;
  }
  throw new StepError(`nobody keeps the stack in ${folder} any more`, {
    remedy: 'start what holds it again, or unset REPRISE_TEST_STACK',
  });
}

function untilEnd() {
  return new Promise((resolve) => {
    for (const event of ['end', 'close', 'error']) process.stdin.once(event, resolve);
    process.stdin.resume();
    for (const signal of signals) process.once(signal, resolve);
  });
}

function keeperFile(folder) {
  return join(folder, 'keeper.json');
}
