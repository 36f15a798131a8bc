import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { basename, delimiter, dirname } from 'node:path';

/** How much of a child's output is kept in memory for an error message. */
const tailBytesMax = 4_096;

/** How long a child may take to end after it was asked to: npm puts back what it had moved. */
const endGraceMsMax = 8_000;

const running = new Set();
let isStopping = false;

/** Ends every child that set-up still runs and waits until they are gone. Their steps fail. */
export async function endChildren() {
  const gone = [...running].map((child) => new Promise((resolve) => child.once('close', resolve)));
  for (const child of running) end(child);
  await Promise.all(gone);
}

/** Does the same when the whole set-up is to stop: nobody hears of the steps any more. */
export async function stopChildren() {
  isStopping = true;
  await endChildren();
}

function end(child) {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), endGraceMsMax).unref();
}

/** A step that failed, with the last lines it said and what to do about it. */
export class StepError extends Error {
  constructor(message, { remedy, cause } = {}) {
    super(message, { cause });
    this.remedy = remedy;
  }
}

/** Puts the folder of this very Node (and others) before the PATH, for programs that look for `node` there. */
export function pathWithNode(...folders) {
  const path = [dirname(process.execPath), ...folders, process.env.PATH ?? ''].join(delimiter);
  return { PATH: path };
}

/**
 * Runs a command to its end with its output in a log file. Returns its standard output's tail; throws a
 * `StepError` when it can't be started, fails, or takes longer than `msMax`.
 */
export function run(command, args, { cwd, env = {}, logFile, msMax }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    const log = logFile === undefined ? undefined : createWriteStream(logFile, { flags: 'a' });
    log?.write(`$ ${command} ${args.join(' ')}\n`);
    let said = '';
    let late = false;
    const hear = (chunk) => {
      log?.write(chunk);
      said = (said + chunk.toString()).slice(-tailBytesMax);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    const timer = setTimeout(() => {
      late = true;
      end(child);
    }, msMax);
    const finish = (error) => {
      clearTimeout(timer);
      running.delete(child);
      log?.end();
      if (isStopping) return;
      if (error === undefined) resolve(said.trim());
      else reject(error);
    };
    child.on('error', (cause) =>
      finish(
        new StepError(`${command} can't be started (${cause.code ?? cause.message})`, { cause }),
      ),
    );
    child.on('close', (code, signal) => {
      if (code === 0) finish();
      else finish(new StepError(failure(command, code, signal, late, said)));
    });
  });
}

/** Says how a command failed, with the last line that names an error, or else its last lines. */
function failure(command, code, signal, late, said) {
  const how = late ? 'took too long' : `ended with ${signal ?? `exit code ${code}`}`;
  const lines = said.trim().split('\n');
  const telling = lines.filter((line) => /error|fail|not found|cannot/i.test(line)).slice(-1);
  const words = (telling.length > 0 ? telling : lines.slice(-3))
    .map((line) => line.trim())
    .join(' | ');
  return `${basename(command)} ${how}${words === '' ? '' : `: ${words}`}`;
}
