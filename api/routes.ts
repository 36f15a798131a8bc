import type { ApiDeps } from './deps.ts';
import { openApi } from './openapi.ts';
import type { Route } from './route.ts';
import { backfillRoutes } from './routes/backfills.ts';
import { comparisonRoutes } from './routes/comparisons.ts';
import { documentationRoutes } from './routes/documentation.ts';
import { eventRoutes } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { itemRoutes } from './routes/items.ts';
import { maintenanceRoutes } from './routes/maintenance.ts';
import { metricRoutes } from './routes/metrics.ts';
import { modelRoutes } from './routes/models.ts';
import { promotionRoutes } from './routes/promotions.ts';
import { recommendationRoutes } from './routes/recommendations.ts';

/** Lists all routes; the last of them describe all of them. */
export function createRoutes(deps: ApiDeps): readonly Route[] {
  const routes: Route[] = [
    ...eventRoutes(deps),
    ...recommendationRoutes(deps),
    ...itemRoutes(deps),
    ...modelRoutes(deps),
    ...promotionRoutes(deps),
    ...comparisonRoutes(deps),
    ...backfillRoutes(deps),
    ...metricRoutes(deps),
    ...maintenanceRoutes(deps),
    ...healthRoutes(deps),
  ];
  routes.push(...documentationRoutes(() => openApi(routes)));
  return routes;
}
