import { Worker } from 'node:worker_threads';
import type { TrainingFunctions } from '../../../model/kernel/training-functions.ts';
import type { TrainingKernel, TrainingMemory } from '../../../model/kernel/training-kernel.ts';

/** A call of the arithmetic, without the scratch, which is the thread's. */
export interface ThreadTask {
  readonly name: keyof TrainingFunctions;
  readonly args: readonly number[];
}

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

/** One thread, which does one task at a time. */
class TrainingThread {
  readonly #worker: Worker;
  #waiting: Waiting | undefined;
  #failure: Error | undefined;

  constructor(kernel: TrainingKernel, memory: TrainingMemory, scratch: number) {
    const workerData = { kind: kernel.kind, module: kernel.module, memory: memory.shared, scratch };
    this.#worker = new Worker(new URL('./thread.mjs', import.meta.url), { workerData });
    this.#worker.on('message', () => this.#waiting?.resolve());
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('a thread of the training has ended')));
    // A training that is forgotten keeps no process alive; one under way does.
    this.#worker.unref();
  }

  async run(task: ThreadTask): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#worker.ref();
    try {
      await new Promise<void>((resolve, reject) => {
        this.#waiting = { resolve, reject };
        this.#worker.postMessage(task);
      });
    } finally {
      this.#waiting = undefined;
      this.#worker.unref();
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#waiting?.reject(this.#failure);
  }
}

/** The threads of one training. Which thread takes a task changes nothing: tasks of one run touch different rows. */
export class TrainingThreads {
  readonly #threads: readonly TrainingThread[];

  /** Starts a thread for each scratch. */
  constructor(kernel: TrainingKernel, memory: TrainingMemory, scratches: readonly number[]) {
    this.#threads = scratches.map((scratch) => new TrainingThread(kernel, memory, scratch));
  }

  /** Runs all tasks, each on the next free thread. */
  async run(tasks: readonly ThreadTask[]): Promise<void> {
    const queue = tasks.values();
    await Promise.all(
      this.#threads.map(async (thread) => {
        for (const task of queue) await thread.run(task);
      }),
    );
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}
