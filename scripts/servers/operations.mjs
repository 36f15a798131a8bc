import { closeSync, mkdirSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheFolder } from '../setup/cache.mjs';
import { takeLock } from '../setup/lock.mjs';
import { StepError } from '../setup/run.mjs';
import { envLines, serverOf, servers } from './catalogue.mjs';
import { isAlive } from './identity.mjs';
import { choosePorts } from './ports.mjs';
import { endAll, startDetached } from './process-group.mjs';
import { isRunning, readRecord, recordedNames, writeRecord } from './records.mjs';

const root = dirname(dirname(import.meta.dirname));

const readyMsMax = 90_000;
const lookMs = 100;
const sayMs = 1_000;
const tailBytesMax = 2_000;
/** How often a server is started on other ports because somebody else was quicker to take the chosen ones. */
const startsMax = 3;

/** Opens a stack's folder: the one named, or `.stack` of the checkout. */
export function openStack({ folder = process.env.STACK_DIR, progress }) {
  const wanted = resolve(folder || join(root, '.stack'));
  mkdirSync(wanted, { recursive: true });
  return { folder: realpathSync(wanted), progress };
}

/** Runs a change of the stack while no other command changes it. */
export async function changing(stack, change) {
  const unlock = await takeLock(join(stack.folder, 'stack.lock'), {
    holder: 'another command for this stack',
    onWait: (pid) =>
      stack.progress.note(`another command is at work here (process ${pid}); waiting`),
  });
  try {
    return await change();
  } finally {
    unlock();
  }
}

/** Starts what doesn't run, all at once, and returns when everything answers. */
export async function up(stack, { names, ports = {}, options = {}, mustKeep = false }) {
  const taken = new Set(recordedNames(stack.folder).flatMap((name) => portsOf(stack, name)));
  const outcomes = await Promise.allSettled(
    names.map((name) =>
      start(stack, serverOf(name), { asked: ports, options: options[name], mustKeep, taken }),
    ),
  );
  const failed = outcomes.flatMap(({ reason }, i) =>
    reason === undefined ? [] : [{ name: names[i], reason }],
  );
  for (const { name, reason } of failed) stack.progress.failed(name, reason.message, reason.remedy);
  if (failed.length === 0) return;
  const why = failed.map(({ name, reason }) => `${name}: ${reason.message}`).join('; ');
  const remedies = failed.flatMap(({ reason }) => reason.remedy ?? []);
  throw new StepError(why, { remedy: [...new Set(remedies)].join('; ') });
}

/** Ends servers, by force where asked; their ports and data stay. */
export async function stop(stack, { names, force }) {
  await Promise.all(
    names.map(async (name) => {
      const record = readRecord(stack.folder, name);
      await endAll({ marks: record?.processes ?? [], owner: ownerOf(stack, name), force });
      if (record !== undefined) writeRecord(stack.folder, { ...record, processes: [] });
    }),
  );
}

/** Ends everything that was ever started here, noted or not. */
export async function down(stack, { force = false } = {}) {
  const known = servers.map(({ name }) => name);
  await stop(stack, { names: [...new Set([...known, ...recordedNames(stack.folder)])], force });
}

/** Removes what the stack keeps: ports, data and logs. The lock stays: this command holds it. */
export async function wipe(stack) {
  await down(stack, { force: true });
  for (const name of await readdir(stack.folder)) {
    const isServer = servers.some((server) => server.name === name);
    if (isServer) await rm(join(stack.folder, name), { recursive: true, force: true });
  }
}

/** Says of each server of the stack how it stands. */
export async function statusOf(stack) {
  return await Promise.all(
    recordedNames(stack.folder).map(async (name) => {
      const { processes, ...record } = readRecord(stack.folder, name);
      const running = isRunning({ processes });
      const answers = running && (await serverOf(name).answers(record.ports));
      const state = answers ? 'up' : running ? 'silent' : 'stopped';
      return { ...record, state, pids: processes.filter(isAlive).map(({ pid }) => pid) };
    }),
  );
}

/** Lists the lines of the environment for the servers that run. */
export function envOf(stack) {
  const records = recordedNames(stack.folder).map((name) => readRecord(stack.folder, name));
  return envLines(records.filter(isRunning));
}

async function start(stack, server, { asked, options, mustKeep, taken }) {
  const folder = join(stack.folder, server.name);
  const record = readRecord(stack.folder, server.name);
  if (isRunning(record)) return await awaitAnswer(stack, server, record);
  mkdirSync(folder, { recursive: true });
  await endAll({
    marks: record?.processes ?? [],
    owner: ownerOf(stack, server.name),
    force: true,
  });
  stack.progress.begin(server.name, `starting ${server.title}`);
  const program = await provide(stack, server, join(folder, 'provide.log'));
  const chosen = { ...record?.options, ...options };
  const ports = { names: server.ports, asked, before: record?.ports, mustKeep, taken };
  return await launch(stack, server, { folder, program, options: chosen, ports });
}

async function provide(stack, server, logFile) {
  try {
    const { progress } = stack;
    return await server.provide({ root, cache: cacheFolder(root), logFile, progress });
  } catch (error) {
    const { remedy = `see ${logFile}` } = error;
    throw new StepError(`${server.title} can't be had: ${error.message}`, { remedy, cause: error });
  }
}

async function launch(stack, server, { folder, program, options, ports: wishes }) {
  for (let starts = 1; ; starts += 1) {
    const ports = await choosePorts(wishes);
    const record = {
      name: server.name,
      how: program.how,
      version: program.version,
      ports,
      options,
      keepsData: server.keepsData(program, options),
      note: server.note?.(program, options) ?? null,
      processes: [],
    };
    for (const plan of await server.plan({ folder, ports, program, options })) {
      const owner = ownerOf(stack, server.name);
      const mark = await startDetached({
        cwd: folder,
        ...plan,
        owner,
        logFile: logOf(stack, server),
      });
      record.processes.push({ role: plan.role, ...mark });
      writeRecord(stack.folder, record);
    }
    try {
      return await awaitAnswer(stack, server, record);
    } catch (error) {
      await stop(stack, { names: [server.name], force: true });
      const isPortTaken = /address.*in use|BindException/i.test(tailOf(logOf(stack, server)));
      if (!isPortTaken || starts === startsMax) throw error;
      stack.progress.begin(
        server.name,
        `port taken meanwhile; starting ${server.title} on another`,
      );
    }
  }
}

async function awaitAnswer(stack, server, record) {
  const began = Date.now();
  const where = server.ports.map((name) => `${name} 127.0.0.1:${record.ports[name]}`).join(', ');
  let saidMs = 0;
  while (!(await server.answers(record.ports))) {
    const waitedMs = Date.now() - began;
    if (!isRunning(record)) {
      const remedy = `see ${logOf(stack, server)}`;
      const last = tailOf(logOf(stack, server)).trim().split('\n').slice(-3).join(' | ');
      throw new StepError(`${server.title} ended before it answered: ${last}`, { remedy });
    }
    if (waitedMs > readyMsMax) {
      const remedy = `see ${logOf(stack, server)}, and whether the machine is overloaded`;
      throw new StepError(`${server.title} doesn't answer after ${readyMsMax / 1000} s`, {
        remedy,
      });
    }
    if (waitedMs - saidMs >= sayMs) {
      saidMs = waitedMs;
      stack.progress.begin(server.name, `awaited: ${where} (${Math.round(waitedMs / 1000)} s)`);
    }
    await sleep(lookMs);
  }
  const note = record.note === null ? '' : `; ${record.note}`;
  stack.progress.done(
    server.name,
    `${server.title} ${record.version}, ${record.how}: ${where}${note}`,
  );
}

function ownerOf(stack, name) {
  return join(stack.folder, name);
}

function portsOf(stack, name) {
  return Object.values(readRecord(stack.folder, name)?.ports ?? {});
}

function logOf(stack, server) {
  return join(stack.folder, server.name, 'log');
}

function tailOf(file) {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return '';
  const bytes = Buffer.alloc(Math.min(size, tailBytesMax));
  const handle = openSync(file, 'r');
  try {
    readSync(handle, bytes, 0, bytes.length, size - bytes.length);
  } finally {
    closeSync(handle);
  }
  return bytes.toString('utf8');
}
