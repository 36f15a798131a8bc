import { after } from 'node:test';

/** Long enough for the runner to hear of the last test. */
const LAST_WORDS_MS = 2_000;

/**
 * Ends the process of a test file soon after its last test: the client of a broker that was ended goes on trying to
 * reach it, and would keep the process for ever. Called after what else ends with the file.
 */
export function endLingering(): void {
  after(() => {
    // Where nothing lingers the process ends before this is due.
    setTimeout(() => process.exit(), LAST_WORDS_MS).unref();
  });
}
