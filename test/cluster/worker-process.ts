import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

const program = join(import.meta.dirname, '..', '..', 'bin', 'reprise');

const SAID_CHARACTERS_MAX = 2_000_000;

/** A worker of the cluster as a process of its own; whoever starts it kills it in the end. */
export class WorkerProcess {
  readonly #child: ChildProcessByStdio<null, null, Readable>;
  readonly #exited: Promise<unknown>;
  #said = '';

  private constructor(child: ChildProcessByStdio<null, null, Readable>) {
    this.#child = child;
    this.#exited = once(child, 'close');
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-SAID_CHARACTERS_MAX);
    });
  }

  static start(variables: Readonly<Record<string, string>>): WorkerProcess {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('REPRISE_'));
    const args = [program, 'start', '--profile', 'cluster', '--only', 'worker'];
    const child = spawn(process.execPath, args, {
      env: { ...Object.fromEntries(inherited), ...variables },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return new WorkerProcess(child);
  }

  /** What the process said so far. */
  get said(): string {
    return this.#said;
  }

  /** Tells whether a holder's name is this process'. */
  isHolder(holder: string): boolean {
    return holder.split('-').at(-2) === String(this.#child.pid);
  }

  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(name);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** Tells it to end; resolves to the milliseconds that it took and its exit code. */
  async end(): Promise<{ readonly ms: number; readonly code: number | null }> {
    const startMs = performance.now();
    this.#child.kill('SIGTERM');
    await this.#exited;
    return { ms: performance.now() - startMs, code: this.#child.exitCode };
  }
}
