import { CheckpointLinks } from '../../activities/replay/checkpoint-links.ts';
import type { CheckpointLinksDeps } from '../../activities/replay/checkpoint-links.ts';
import { FigureKeeping, FIGURES_KEPT_MAX } from '../../activities/versions/figure-keeping.ts';
import {
  SHADOW_CHECKPOINTS_KEPT_MAX,
  ShadowKeeping,
} from '../../activities/versions/shadow-keeping.ts';
import { resumeShadow } from '../../activities/versions/shadow-resuming.ts';
import type { CheckpointStore } from '../../activities/replay/checkpoint-store.ts';
import type { Shadows, ShadowsDeps } from '../../activities/versions/shadows.ts';
import type { RuntimeMaker } from '../../activities/versions/version-runtimes.ts';
import { openCheckpoints } from '../../adapters/embedded/checkpoints.ts';
import type {
  CheckpointsOptions,
  EmbeddedCheckpoints,
} from '../../adapters/embedded/checkpoints.ts';
import type { EmbeddedVersions } from '../../adapters/embedded/versions.ts';
import type { CoreParts } from './core-parts.ts';
import type { Ways } from './learning.ts';
import { observedVersionsMax } from './prequential-metrics.ts';
import type { PrequentialMetricsBook } from './prequential-metrics.ts';
import type { Stores } from './stores.ts';

/** How often it is looked whether a version beside the live one is to be kept. */
const KEEP_LOOK_MS = 1_000;

/** What is kept of versions beside the live one, and of how well all foresee. */
export interface KeptShadows {
  readonly store: EmbeddedCheckpoints;
  readonly figures: FigureKeeping;
  readonly resume: NonNullable<ShadowsDeps['resume']>;
  /** What takes their checkpoints. */
  keeping(shadows: Shadows): ShadowKeeping;
}

/** What kept shadows are opened with. */
export interface KeptShadowsDeps extends Pick<CheckpointLinksDeps, 'kernelSha256'> {
  readonly registry: EmbeddedVersions;
  readonly maker: RuntimeMaker;
  readonly book: PrequentialMetricsBook;
  readonly onDamaged: CheckpointsOptions['onDamaged'];
}

/** Opens what is kept of versions beside the live one; the figures of all versions are read at once. */
export async function openKeptShadows(
  { folder, journal }: Stores,
  { clock, config }: Ways,
  { registry, maker, book, kernelSha256, onDamaged }: KeptShadowsDeps,
): Promise<KeptShadows> {
  const store = openCheckpoints({
    folder: folder.partPath('shadows'),
    checkpointsKeptMax: SHADOW_CHECKPOINTS_KEPT_MAX,
    onDamaged,
  });
  const figures = new FigureKeeping({
    book,
    store: openCheckpoints({
      folder: folder.partPath('figures'),
      checkpointsKeptMax: FIGURES_KEPT_MAX,
      onDamaged,
    }),
  });
  const versions = (await registry.list()).map(({ definition }) => definition.version);
  await figures.load(versions.slice(-observedVersionsMax));
  const rowsAt = (): undefined => undefined;
  const links = new CheckpointLinks({
    ...{ checkpoints: store, journal, registry, kernelSha256, rowsAt },
  });
  const { checkpointEventsMax, checkpointMsMax } = config;
  return {
    store,
    figures,
    resume: async (version) => {
      const known = await registry.get(version);
      if (known === undefined) return undefined;
      return resumeShadow({ checkpoints: store, journal, maker }, known.definition);
    },
    keeping: (shadows) =>
      new ShadowKeeping({
        ...{ shadows, links, figures, store, clock },
        bounds: { checkpointEventsMax, checkpointMsMax },
      }),
  };
}

/** The checkpoints of the live state, and for a version that is named those of shadows, too. */
export function checkpointsOfAll(
  live: Pick<CheckpointStore, 'list' | 'newest'>,
  shadows: Pick<CheckpointStore, 'newest'>,
): Pick<CheckpointStore, 'newest' | 'list'> {
  return {
    list: (partition) => live.list(partition),
    async newest(query) {
      const own = await live.newest(query);
      if (query.version === undefined) return own;
      const beside = await shadows.newest(query);
      if (own === undefined || beside === undefined) return own ?? beside;
      return beside.saved.sequence > own.saved.sequence ? beside : own;
    },
  };
}

/** Keeps versions beside the live one until the core ends; a failure is told, and the next look tries again. */
export function startShadowKeeping({ keeping, ending, warnings, logger }: CoreParts): void {
  const timer = setInterval(() => {
    keeping.look().catch((error: unknown) => {
      logger.warn({ err: error }, 'versions beside the live one were not kept');
      const reason = error instanceof Error ? error.message : String(error);
      warnings.add(`versions beside the live one were not kept: ${reason}`);
    });
  }, KEEP_LOOK_MS);
  ending.signal.addEventListener('abort', () => {
    clearInterval(timer);
  });
}
