import { execFile } from 'node:child_process';

const saidBytesMax = 10 * 1024 * 1024;

/** Runs a script of the project by this Node and returns its standard output; it fails with what it complained. */
export function run(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [...args],
      { env: { ...process.env, ...env }, maxBuffer: saidBytesMax },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`${args.slice(1).join(' ')} failed:\n${stderr}`, { cause: error }));
      },
    );
  });
}
