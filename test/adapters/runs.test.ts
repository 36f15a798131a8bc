import { openRuns } from '../../adapters/embedded/runs.ts';
import { runFilesContract } from '../contracts/run-files.contract.ts';
import { temporaryFolder } from './temporary-folder.ts';

runFilesContract('the embedded run folders', async () =>
  openRuns({ folder: await temporaryFolder() }),
);
