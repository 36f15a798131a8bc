import type { KernelFactory } from '../../model/kernel/kernel.ts';
import { DEFAULT_PROJECTION_BOUNDS } from '../../projections/bounds.ts';
import type { ProjectionBounds } from '../../projections/bounds.ts';
import { ServingState } from '../../projections/serving-state.ts';
import type { Config } from '../config.ts';

/** What of a configuration bounds the read side. */
export type ServingConfig = Pick<Config, 'afterWaitMsMax' | 'exactScanItemsMax'>;

/** Makes the empty read side, with its bounds as configured. */
export function createServing(
  kernels: KernelFactory,
  partitions: number,
  config: ServingConfig,
  onOverlayFull: (release: string, overlayItems: number) => void,
): ServingState {
  return new ServingState({
    partitions,
    kernels,
    bounds: projectionBounds(config),
    schedule: (delayMs, callback) => {
      const timer = setTimeout(callback, delayMs);
      return () => {
        clearTimeout(timer);
      };
    },
    onOverlayFull,
  });
}

function projectionBounds(config: ServingConfig): ProjectionBounds {
  return {
    ...DEFAULT_PROJECTION_BOUNDS,
    afterWaitMsMax: config.afterWaitMsMax,
    exactScanItemsMax: config.exactScanItemsMax ?? DEFAULT_PROJECTION_BOUNDS.exactScanItemsMax,
  };
}
