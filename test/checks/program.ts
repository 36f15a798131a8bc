import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './sources.ts';

/** What a program said and how it ended. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a JavaScript program of an installed package in the project's root. */
export function runProgram(path: string, args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const program = join(root, 'node_modules', path);
    // The test runner's own options and its channel are none of the program's business.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const child = spawn(process.execPath, [program, ...args], { cwd: root, env });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output: Buffer.concat(chunks).toString() }));
  });
}
