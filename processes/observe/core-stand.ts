import { METRICS } from '../../activities/metrics.ts';
import type { CoreParts } from '../core/core-parts.ts';
import { standOfLearning } from './learning-stand.ts';
import { Rising } from './rising.ts';

/** Has what stands in a core measured whenever it is looked at. */
export function measureCore(parts: CoreParts): void {
  const { observation, stores, search, serving, live, prequential } = parts;
  const { instruments } = observation;
  const journalBytes = instruments.series(METRICS.journalBytes);
  const journalFull = instruments.series(METRICS.journalFull);
  const overlay = instruments.series(METRICS.overlay);
  const indexRecall = instruments.series(METRICS.indexRecall);
  const restarts = new Rising(instruments.series(METRICS.searcherRestarts));
  const tellLearning = standOfLearning({
    ...{ instruments, live: () => live, prequential },
    head: (partition) => stores.journal.head(partition),
  });
  observation.onLook(() => {
    const { bytes, full } = stores.journal.status();
    journalBytes(bytes);
    journalFull(full ? 1 : 0);
    tellLearning();
    overlay(serving.overlayStatus.overlayItems);
    if (search.recall10 !== undefined) indexRecall(search.recall10);
    if (search.searcher !== undefined) restarts.to(search.searcher.status().restarts);
  });
}
