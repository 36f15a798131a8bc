// The only list of workflows: every function that is exported here is a workflow type.
export { backfill } from './backfill.ts';
export { buildIndex } from './build-index.ts';
export { eraseUsers } from './erase-users.ts';
export { quarantineEvents } from './quarantine-events.ts';
export { replayPartition } from './replay-partition.ts';
export { trainModel } from './train-model.ts';
export { travelTo } from './travel-to.ts';
