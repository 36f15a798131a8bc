import { loadKernel } from '../../../model/kernel/kernel.ts';
import { STREAM_LEARNERS } from '../../../model/stream/learner-registry.ts';
import type { StreamLearnerTraits } from '../../contracts/stream-learner.contract.ts';
import { describeStreamLearner } from '../../contracts/stream-learner.contract.ts';

/** What a learner that draws negatives, or weighs its sources over all users, cannot promise. */
const TRAITS: Readonly<Record<string, StreamLearnerTraits>> = {
  gmf: { forgetsWhatIsLeftOut: false },
  blend: { forgetsWhatIsLeftOut: false },
};

const kernels = await loadKernel();

for (const [name, make] of STREAM_LEARNERS) {
  describeStreamLearner(name, () => make({ kernels }), TRAITS[name]);
}
