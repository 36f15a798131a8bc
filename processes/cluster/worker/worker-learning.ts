import { follow } from '../../../activities/replay/follower.ts';
import type { LiveMerges } from '../../../activities/merges/live-merges.ts';
import type { RedisLink } from '../../../adapters/cluster/redis/redis.ts';
import { CheckpointLinks } from '../../../activities/replay/checkpoint-links.ts';
import type { CheckpointLinksDeps } from '../../../activities/replay/checkpoint-links.ts';
import { VersionRuntimes } from '../../../activities/versions/version-runtimes.ts';
import { loadKernel } from '../../../model/kernel/kernel.ts';
import { createRuntimeMaker } from '../../core/runtime-maker.ts';
import { yieldNow } from '../../core/yield-now.ts';
import type { Logger } from '../../logger.ts';
import { checkpointsOfAll } from '../../core/shadow-keeping.ts';
import { openWorkerMeetings } from '../meeting.ts';
import { patiently } from '../servers/patience.ts';
import type { Patience } from '../servers/patience.ts';
import { patientJournal, patientMerges } from '../servers/patient-reads.ts';
import type { ClusterStores } from '../stores.ts';

/** What builds the states of versions in a worker. */
export interface WorkerLearningDeps {
  readonly stores: ClusterStores;
  readonly link: RedisLink;
  readonly sliceMsMax: number;
  readonly clock: () => number;
  readonly patience: Patience;
  readonly logger: Logger;
}

/** What builds states in a worker, and where they meet at barriers. */
export interface WorkerLearning {
  readonly versions: VersionRuntimes;
  /** Ties checkpoints of a store to one another, to the journal and to the kernel of this process. */
  readonly linksOf: (
    checkpoints: CheckpointLinksDeps['checkpoints'],
    rowsAt: CheckpointLinksDeps['rowsAt'],
  ) => CheckpointLinks;
  /** Undefined where there is one partition. */
  readonly merges: LiveMerges | undefined;
  /** The same for versions that are held beside the live one. */
  readonly besideMerges: LiveMerges | undefined;
}

/** Makes the runtimes of versions over the shared stores; an outage makes them wait and stops none of them. */
export async function openWorkerLearning(deps: WorkerLearningDeps): Promise<WorkerLearning> {
  const { stores, link, sliceMsMax, clock, patience, logger } = deps;
  const { journal, identities, registry } = stores;
  const checkpoints = checkpointsOfAll(stores.checkpoints, stores.heldCheckpoints);
  const isErased = (surrogate: Uint8Array): Promise<boolean> =>
    patiently(patience, () => journal.isErased(surrogate));
  const kernels = await loadKernel();
  const maker = createRuntimeMaker({
    ...{ kernels, clock },
    identities: {
      reveal: (surrogates) => patiently(patience, () => identities.reveal(surrogates)),
    },
    journal: { isErased },
  });
  const meetings = openWorkerMeetings({ stores, link, clock, logger, versions: () => versions });
  const merges = meetings?.live;
  const versions = new VersionRuntimes({
    ...{ yieldNow, sliceMsMax, clock, registry, checkpoints, maker, follow, logger },
    journal: { ...patientJournal(journal, patience), isErased },
    ...(merges && { merges: patientMerges(merges, patience) }),
  });
  const linksOf: WorkerLearning['linksOf'] = (checked, rowsAt) =>
    new CheckpointLinks({
      ...{ checkpoints: checked, journal, registry, rowsAt, kernelSha256: kernels.sha256 },
    });
  return { versions, linksOf, merges, besideMerges: meetings?.beside };
}
