import { setTimeout as sleep } from 'node:timers/promises';
import type { CoreParts } from './core-parts.ts';

/** How often readiness is looked at. */
const LOOK_MS = 10;

/** What readiness is told from. */
type ReadinessParts = Pick<CoreParts, 'serving' | 'live' | 'stores' | 'startHeads' | 'ending'>;

/** What is still awaited before answers are right; empty when the instance is ready. */
export function awaitedOf({
  serving,
  live,
  stores,
  startHeads,
}: ReadinessParts): readonly string[] {
  const awaited: string[] = [];
  for (const one of live) {
    const { partition, runtime } = one;
    const behind = (startHeads[partition] ?? -1) - serving.position(partition);
    if (one.mode === 'stopped') awaited.push(`partition ${String(partition)} has stopped`);
    else if (behind > 0 || serving.position(partition) < runtime.position || !serving.isReady) {
      awaited.push(`partition ${String(partition)} (${String(Math.max(0, behind))} events behind)`);
    }
  }
  if (stores.journal.status().full) awaited.push('room on the disk');
  return awaited;
}

/**
 * Resolves when answers include what stood in the journal at the start, or when the core ends; throws what stopped a
 * partition.
 */
export async function untilReady(parts: ReadinessParts): Promise<void> {
  while (!isReadIn(parts) && !parts.ending.signal.aborted) {
    const stopped = parts.live.find(({ mode }) => mode === 'stopped');
    if (stopped !== undefined) throw stopped.error;
    await sleep(LOOK_MS);
  }
}

function isReadIn({ serving, live, startHeads }: ReadinessParts): boolean {
  if (!serving.isReady) return false;
  return live.every(
    ({ partition }) => serving.position(partition) >= (startHeads[partition] ?? -1),
  );
}
