import type { ApiDeps } from './deps.ts';
import { LiveStreams } from './live-streams.ts';
import { openApi } from './openapi.ts';
import type { Route } from './route.ts';
import { backfillRoutes } from './routes/backfills.ts';
import { comparisonRoutes } from './routes/comparisons.ts';
import { documentationRoutes } from './routes/documentation.ts';
import { erasureRoutes } from './routes/erasures.ts';
import { eventRoutes } from './routes/events.ts';
import { experimentRoutes } from './routes/experiments.ts';
import { explorationRoutes } from './routes/explorations.ts';
import { gorseFeedbackRoutes } from './routes/gorse-feedback.ts';
import { gorseItemRoutes } from './routes/gorse-items.ts';
import { gorseRankingRoutes } from './routes/gorse-rankings.ts';
import { gorseSessionRoutes } from './routes/gorse-sessions.ts';
import { gorseUserRoutes } from './routes/gorse-users.ts';
import { healthRoutes } from './routes/health.ts';
import { itemRoutes } from './routes/items.ts';
import { listingRoutes } from './routes/listings.ts';
import { liveRoutes } from './routes/live.ts';
import { maintenanceRoutes } from './routes/maintenance.ts';
import { metricRoutes } from './routes/metrics.ts';
import { modelRoutes } from './routes/models.ts';
import { pageRoutes } from './routes/page.ts';
import { promotionRoutes } from './routes/promotions.ts';
import { quarantineRoutes } from './routes/quarantines.ts';
import { proofRoutes } from './routes/proofs.ts';
import { recommendationRoutes } from './routes/recommendations.ts';
import { scenarioRoutes } from './routes/scenarios.ts';
import { scheduleRoutes } from './routes/schedules.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { spaceRoutes } from './routes/spaces.ts';
import { toldEventRoutes } from './routes/told-events.ts';
import { travelRoutes } from './routes/travels.ts';
import { whatIfRoutes } from './routes/what-if.ts';

/** Lists all routes; the last of them describe all of them. */
export function createRoutes(
  deps: ApiDeps,
  streams: LiveStreams = new LiveStreams(deps),
): readonly Route[] {
  const routes: Route[] = [
    ...eventRoutes(deps),
    ...toldEventRoutes(deps, streams),
    ...recommendationRoutes(deps),
    ...scenarioRoutes(deps),
    ...erasureRoutes(deps),
    ...travelRoutes(deps),
    ...quarantineRoutes(deps),
    ...proofRoutes(deps),
    ...whatIfRoutes(deps),
    ...sessionRoutes(deps),
    ...itemRoutes(deps),
    ...modelRoutes(deps),
    ...promotionRoutes(deps),
    ...comparisonRoutes(deps),
    ...backfillRoutes(deps),
    ...metricRoutes(deps),
    ...experimentRoutes(deps),
    ...explorationRoutes(deps),
    ...maintenanceRoutes(deps),
    ...scheduleRoutes(deps),
    ...spaceRoutes(deps),
    ...healthRoutes(deps),
    ...listingRoutes(deps),
    ...gorseFeedbackRoutes(deps),
    ...gorseRankingRoutes(deps),
    ...gorseSessionRoutes(deps),
    ...gorseItemRoutes(deps),
    ...gorseUserRoutes(deps),
    ...liveRoutes(streams),
    ...pageRoutes(deps),
  ];
  routes.push(...documentationRoutes(() => openApi(routes)));
  return routes;
}
