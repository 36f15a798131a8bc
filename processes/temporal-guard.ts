import { spawn } from 'node:child_process';

// Stands between the core and Temporal's server, which cannot watch a pipe: when standard input closes, because the
// core ended or was killed, the server is ended. Arguments: the server's program and its arguments. The first line of
// standard output is the server's process id; its standard error is passed on.

/** How long the server has to end by itself. */
const END_MS_MAX = 2_000;

const [program = '', ...rest] = process.argv.slice(2);
const server = spawn(program, rest, { stdio: ['ignore', 'ignore', 'inherit'] });
process.stdout.write(`${String(server.pid ?? 0)}\n`);

function end(): void {
  server.kill('SIGTERM');
  setTimeout(() => server.kill('SIGKILL'), END_MS_MAX);
}

process.stdin.on('end', end).on('error', end).resume();
// A terminal sends Ctrl-C to everybody: the core decides when the server goes.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', end);
// Where the core is gone nobody reads any more; that must not end the guard before the server.
process.stdout.on('error', () => undefined);
server.on('error', () => process.exit(127));
server.on('exit', (code) => process.exit(code ?? 1));
