// Builds the page of web/ to .build/page: one document, and files whose names hold the hash of what is in them.
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const output = join(root, '.build', 'page');
// A name of its own, then a rename: two builds at once never leave half a page.
const draft = `${output}.${process.pid}.part`;

try {
  await build({
    configFile: false,
    root: join(root, 'web'),
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir: draft,
      emptyOutDir: true,
      target: 'es2022',
      modulePreload: { polyfill: false },
      // What is put into a document or a script would need another policy than that of files.
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 250,
    },
  });
  mkdirSync(dirname(output), { recursive: true });
  rmSync(output, { recursive: true, force: true });
  renameSync(draft, output);
} finally {
  rmSync(draft, { recursive: true, force: true });
}
