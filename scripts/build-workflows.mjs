// Bundles the workflows for Temporal's sandbox to .build/workflows.js, so that a worker starts without webpack.
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const output = join(root, '.build', 'workflows.js');

const { code } = await bundleWorkflowCode({
  workflowsPath: join(root, 'workflows', 'index.ts'),
  logger: new DefaultLogger('WARN'),
});
await mkdir(dirname(output), { recursive: true });
// A name of its own, then a rename: two builds at once never leave half a bundle.
const draft = `${output}.${process.pid}.part`;
await writeFile(draft, code);
await rename(draft, output);
