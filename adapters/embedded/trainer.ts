import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type {
  EpochJob,
  EpochResult,
  Evaluation,
  EvaluationJob,
  JobControl,
  TrainerName,
  TrainerPool,
} from '../../activities/training/trainer.ts';
import { ERROR_CODES, RepriseError } from '../../events/error.ts';
import { scriptArguments } from './child-script.ts';
import type { TrainerAnswer, TrainerQuestion } from './trainer-lines.ts';

/** What trainers are started with. */
export interface TrainerOptions {
  /** The script of the child, `processes/trainer.ts`. */
  readonly script: URL;
  /** Why tfjs-node does not work here, with the remedy; undefined where it does. The kernel always does. */
  readonly tfjsUnavailable: string | undefined;
}

/** Characters of a child's standard error that are kept for the message of its end. */
const COMPLAINT_CHARS_MAX = 2_000;

/** A question without its number. */
type Asked =
  | { readonly method: 'epoch'; readonly job: EpochJob }
  | { readonly method: 'evaluate'; readonly job: EvaluationJob };

/** Makes the pool of trainers: a child process a run, started by its first job and again when it has died. */
export function createTrainerPool(options: TrainerOptions): TrainerPool & {
  close(): Promise<void>;
  /** The process of a run; undefined where it has none. */
  pid(run: string): number | undefined;
} {
  const trainers = new Map<string, Trainer>();
  const unavailable = (trainer: TrainerName): string | undefined =>
    trainer === 'tfjs' ? options.tfjsUnavailable : undefined;
  const trainerOf = (run: string): Trainer => {
    const known = trainers.get(run);
    if (known?.ended === false) return known;
    const started = new Trainer(options.script);
    trainers.set(run, started);
    return started;
  };
  const end = async (run: string): Promise<void> => {
    const trainer = trainers.get(run);
    trainers.delete(run);
    await trainer?.end();
  };
  return {
    unavailable: (trainer) => Promise.resolve(unavailable(trainer)),
    epoch: async (job, control) => {
      const why = unavailable(job.choice.trainer);
      if (why !== undefined) throw new RepriseError('UNAVAILABLE', why);
      return (await trainerOf(job.run).ask({ method: 'epoch', job }, control)) as EpochResult;
    },
    evaluate: async (job, control) =>
      (await trainerOf(job.run).ask({ method: 'evaluate', job }, control)) as Evaluation,
    end,
    close: async () => {
      await Promise.all([...trainers.keys()].map(end));
    },
    pid: (run) => trainers.get(run)?.pid,
  };
}

interface Waiting {
  readonly resolve: (result: EpochResult | Evaluation) => void;
  readonly reject: (error: Error) => void;
  readonly control: JobControl;
}

/** One trainer's process. */
class Trainer {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #gone: Promise<void>;
  #lastId = 0;
  #complaint = '';
  ended = false;

  constructor(script: URL) {
    this.#child = spawn(process.execPath, scriptArguments(script), {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaint = (this.#complaint + text).slice(-COMPLAINT_CHARS_MAX);
    });
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#hear(line));
    // Writing to a process that has just died fails here; its end tells the waiting.
    this.#child.stdin.on('error', () => undefined);
    this.#gone = new Promise((resolve) => {
      this.#child.once('error', (error) => this.#onEnd(error.message));
      this.#child.once('close', (code, signal) => {
        this.#onEnd(signal ?? `exit code ${String(code)}`);
        resolve();
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  async ask(asked: Asked, control: JobControl): Promise<EpochResult | Evaluation> {
    control.signal.throwIfAborted();
    this.#lastId += 1;
    const question: TrainerQuestion = { id: this.#lastId, ...asked };
    // The arithmetic cannot be interrupted, so a cancelled job ends its process.
    const onAbort = () => this.#child.kill('SIGKILL');
    control.signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting.set(question.id, { resolve, reject, control });
        if (this.ended) this.#onEnd('it had ended before');
        else this.#child.stdin.write(`${JSON.stringify(question)}\n`);
      });
    } finally {
      control.signal.removeEventListener('abort', onAbort);
    }
  }

  /** Closes the process's input, at which it ends; one that is in the middle of a step is ended by force. */
  async end(): Promise<void> {
    if (this.ended) return;
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 1_000);
    await this.#gone;
    clearTimeout(timer);
  }

  #hear(line: string): void {
    if (!line.startsWith('{')) return;
    const answer = JSON.parse(line) as TrainerAnswer;
    if ('ready' in answer) return;
    const waiting = this.#waiting.get(answer.id);
    if (waiting === undefined) return;
    if ('progress' in answer) {
      waiting.control.onProgress(answer.progress);
      return;
    }
    this.#waiting.delete(answer.id);
    if ('result' in answer) waiting.resolve(answer.result);
    else waiting.reject(asError(answer.error));
  }

  #onEnd(how: string): void {
    this.ended = true;
    const complaint = this.#complaint.trim();
    const why = complaint === '' ? how : `${how}: ${complaint}`;
    for (const { reject } of this.#waiting.values()) {
      reject(new RepriseError('UNAVAILABLE', `the trainer's process ended (${why})`));
    }
    this.#waiting.clear();
  }
}

function asError({ message, code }: { message: string; code?: string }): Error {
  const known = ERROR_CODES.find((one) => one === code);
  return known === undefined ? new Error(message) : new RepriseError(known, message);
}
