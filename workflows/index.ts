// The only list of workflows: every function that is exported here is a workflow type.
export { backfill } from './backfill.ts';
export { buildIndex } from './build-index.ts';
export { eraseUsers } from './erase-users.ts';
export { promoteShadow } from './promote-shadow.ts';
export { quarantineEvents } from './quarantine-events.ts';
export { replayPartition } from './replay-partition.ts';
export { scheduledRun } from './scheduled-run.ts';
export { trainModel } from './train-model.ts';
export { travelTo } from './travel-to.ts';
export { verifyReplay } from './verify-replay.ts';
