import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readStatus } from '../setup/parts.mjs';
import { provideTemporal } from '../setup/temporal.mjs';
import { pageAnswers, temporalAnswers } from './probes.mjs';

/** Temporal's dev server with its UI, by the program that set-up found; its database is a file. */
export const temporal = {
  name: 'temporal',
  title: 'Temporal',
  ports: ['temporal', 'temporal-ui'],
  keepsData: () => true,
  env: (ports) => ({
    REPRISE_TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}`,
    REPRISE_TEMPORAL_UI_URL: `http://127.0.0.1:${ports['temporal-ui']}`,
  }),
  answers: async (ports) =>
    (await temporalAnswers(ports.temporal)) && (await pageAnswers(ports['temporal-ui'], '/')),

  async provide({ root, cache, logFile, progress }) {
    const known = readStatus(root).temporal;
    if (known?.ok && existsSync(known.path)) return known;
    return await provideTemporal({ cache, logFile, progress });
  },

  async plan({ folder, ports, program }) {
    const data = join(folder, 'data');
    await mkdir(data, { recursive: true });
    const listening = ['--ip', '127.0.0.1', '--ui-ip', '127.0.0.1'];
    const at = ['--port', String(ports.temporal), '--ui-port', String(ports['temporal-ui'])];
    const keeping = ['--db-filename', join(data, 'temporal.db')];
    const pragmas = ['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=1'];
    const quiet = ['--log-level', 'error', '--ui-disable-news-fetch'];
    const args = [...listening, ...at, ...keeping, ...pragmas, ...quiet];
    return [{ role: 'server', command: program.path, args: ['server', 'start-dev', ...args] }];
  },
};
