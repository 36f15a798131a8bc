/** A stream that a command writes to; a terminal says so. */
export interface OutputStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string | Uint8Array): boolean;
  once(event: 'drain' | 'close', listener: () => void): unknown;
  off(event: 'drain' | 'close', listener: () => void): unknown;
}

/** Where a command's words go: results to standard output, progress and remarks to standard error. */
export class Output {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** True under `--json`: one JSON document is the last line of standard output, and people get nothing there. */
  readonly json: boolean;

  constructor(stdout: OutputStream, stderr: OutputStream, json: boolean) {
    this.stdout = stdout;
    this.stderr = stderr;
    this.json = json;
  }

  /** Writes a line for people: to standard output, or under `--json` to standard error. */
  say(line: string): void {
    (this.json ? this.stderr : this.stdout).write(`${line}\n`);
  }

  /** Writes a remark that is no result, to standard error. */
  remark(line: string): void {
    this.stderr.write(`${line}\n`);
  }

  /** Ends a command with its result: the document under `--json`, else the lines for people. */
  result(document: unknown, lines: readonly string[]): void {
    if (this.json) this.stdout.write(`${JSON.stringify(document)}\n`);
    else for (const line of lines) this.stdout.write(`${line}\n`);
  }

  /** Writes raw bytes or text to standard output; resolves when there is room for more. */
  async pour(text: string | Uint8Array): Promise<void> {
    if (this.stdout.write(text)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.stdout.off('drain', done);
        this.stdout.off('close', done);
        resolve();
      };
      this.stdout.once('drain', done);
      this.stdout.once('close', done);
    });
  }
}
