import type { PartitionDeps } from '../../actors/runtime/partition.ts';
import { PartitionRuntime } from '../../actors/runtime/partition.ts';
import type { RuntimeMaker } from '../../activities/versions/version-runtimes.ts';
import type { IdentityStore } from '../../events/identity.ts';
import type { Journal } from '../../events/journal.ts';
import type { KernelFactory } from '../../model/kernel/kernel.ts';
import { yieldNow } from './yield-now.ts';

/** What runtimes are made with. */
export interface RuntimeMakerDeps {
  readonly kernels: KernelFactory;
  readonly identities: Pick<IdentityStore, 'reveal'>;
  readonly journal: Pick<Journal, 'isErased'>;
  readonly clock: () => number;
}

/** Makes partition runtimes over the journal and the identity store, each with kernels of its own. */
export function createRuntimeMaker(deps: RuntimeMakerDeps): RuntimeMaker {
  const depsOf = (definition: PartitionDeps['definition'], partition: number): PartitionDeps => ({
    definition,
    partition,
    kernels: deps.kernels,
    reveal: (surrogates) => deps.identities.reveal(surrogates),
    isErased: (surrogate) => deps.journal.isErased(surrogate),
    clock: deps.clock,
    yieldNow,
  });
  return {
    create: (definition, partition) => new PartitionRuntime(depsOf(definition, partition)),
    restore: (definition, partition, checkpoint) =>
      Promise.resolve(PartitionRuntime.restore(depsOf(definition, partition), checkpoint)),
  };
}
