import { parentPort, Worker } from 'node:worker_threads';
import type { MergeName } from '../../activities/merges/merge-store.ts';
import type { Contribution, Merge } from '../../model/merge.ts';
import type { PartitionRig } from '../doubles/partition-rig.ts';
import { replayHurt, type HurtExchange, type Replayed } from './hurt-replay.ts';
import { makeReplayedJournal, replayedVersion, type ReplayedLearner } from './replayed-journal.ts';

/** A replay of a partition as a thread is asked for it. */
export interface AskedReplay {
  readonly journalSeed: number;
  readonly learner: ReplayedLearner;
  readonly partitions: number;
  readonly partition: number;
  readonly seed: number;
  readonly folder: string;
}

/** What a thread says: what it gives and takes at barriers, and how its replay ended. */
type Said =
  | { readonly contribute: Contribution }
  | { readonly take: MergeName }
  | { readonly forget: number }
  | { readonly ended: Replayed }
  | { readonly failed: string };

/** What a thread is told: to replay, or the merge that it asked for. */
type Heard = { readonly replay: AskedReplay } | { readonly merge: Merge };

interface Running {
  readonly asked: AskedReplay;
  readonly merges: HurtExchange;
  resolve(replayed: Replayed): void;
  reject(error: unknown): void;
}

const NEVER = new AbortController().signal;

/** A thread that replays one partition at a time, with journals of its own. */
export class ReplayThread {
  readonly #worker = new Worker(new URL('./replay-thread.mjs', import.meta.url));
  #running: Running | undefined;

  constructor() {
    this.#worker.on('message', (said: Said) => {
      this.#hear(said).catch((error: unknown) => this.#running?.reject(error));
    });
    this.#worker.on('error', (error) => this.#running?.reject(error));
    this.#worker.on('exit', () => this.#running?.reject(new Error('a thread has ended')));
  }

  /** Replays a partition there; its merges are made here. */
  replay(asked: AskedReplay, merges: HurtExchange): Promise<Replayed> {
    return new Promise((resolve, reject) => {
      this.#running = { asked, merges, resolve, reject };
      this.#tell({ replay: asked });
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  async #hear(said: Said): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    const { asked, merges } = running;
    if ('contribute' in said) await merges.contribute(said.contribute);
    else if ('forget' in said) await merges.forget(said.forget);
    else if ('ended' in said) running.resolve(said.ended);
    else if ('failed' in said) running.reject(new Error(said.failed));
    else {
      const merge = await merges.take(said.take, asked.partition, NEVER);
      if (merge !== undefined) this.#tell({ merge });
    }
  }

  #tell(heard: Heard): void {
    this.#worker.postMessage(heard);
  }
}

/** Serves replays in a thread. */
export function answerReplays(): void {
  const port = parentPort;
  if (port === null) throw new Error('this is no thread');
  const say = (said: Said): void => port.postMessage(said);
  const rigs = new Map<string, Promise<PartitionRig>>();
  let taken: ((merge: Merge) => void) | undefined;
  const merges: HurtExchange = {
    contribute(contribution) {
      say({ contribute: contribution });
      return Promise.resolve();
    },
    forget(partition) {
      say({ forget: partition });
      return Promise.resolve();
    },
    take: (name) =>
      new Promise((resolve) => {
        taken = resolve;
        say({ take: name });
      }),
  };
  const replay = async (asked: AskedReplay): Promise<Replayed> => {
    const { journalSeed, partitions, learner } = asked;
    const name = `${journalSeed}/${partitions}`;
    const rig = rigs.get(name) ?? makeReplayedJournal(journalSeed, partitions);
    rigs.set(name, rig);
    const definition = replayedVersion(learner, partitions);
    return replayHurt({ ...asked, rig: await rig, definition, merges });
  };
  port.on('message', (heard: Heard) => {
    if ('merge' in heard) taken?.(heard.merge);
    else {
      replay(heard.replay).then(
        (ended) => say({ ended }),
        (error: unknown) => say({ failed: String(error instanceof Error ? error.stack : error) }),
      );
    }
  });
}
