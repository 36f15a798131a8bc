// Made from /openapi.json by scripts/build-client.mjs. What is changed here by hand is lost.

export interface paths {
  '/v1/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Tells what was appended and promoted as a batch of CloudEvents 1.0, after these positions.
     * @description A page ends at n events; an empty one is the end of now: ask again later. Each partition is told in its order. With Accept: text/event-stream it is a stream of server-sent events named told, without end; it goes on after the header Last-Event-ID where that is sent. Where keys are asked for, one of scope `admin` is.
     */
    get: operations['tellEvents'];
    put?: never;
    /**
     * Takes events, whole or not at all, and answers when they are durable. CloudEvents may also come in binary mode.
     * @description Where keys are asked for, one of scope `write` is.
     */
    post: operations['acceptEvents'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/users/{id}/recommendations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Recommends items to a user; an unknown user gets similar or popular ones.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['recommend'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/items/{id}/similar': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists the items most similar to one.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['similarItems'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/items/popular': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists the items that are popular now: newer events count more.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['popularItems'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/users/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Tells what is known of a user.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['getUser'];
    put?: never;
    post?: never;
    /**
     * Erases a user: out of every answer at once, id and key destroyed, and a model built without them that takes over.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    delete: operations['eraseUser'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/scenarios': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists the scenarios by name.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['listScenarios'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/scenarios/{scenario}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Tells what a scenario bundles.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['getScenario'];
    /**
     * Defines a scenario, or replaces it: answers that name it obey it from now on.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    put: operations['setScenario'];
    post?: never;
    /**
     * Removes a scenario: a request that names it is refused from now on.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    delete: operations['removeScenario'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/users/{id}/export': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Streams all that is held and derived of a user as NDJSON: what was learned of them, then their events with their context.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    get: operations['exportUser'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/erasures': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists the erasures, oldest first.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['listErasures'];
    put?: never;
    /**
     * Erases users, all or none, as DELETE /v1/users/{id} erases one.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    post: operations['eraseUsers'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/erasures/{erasureId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Tells how an erasure stands; once it is done, what proves it.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['getErasure'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/travels/{travelId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Tells how a time travel stands; once it has completed, ask the question again.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['getTravel'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/quarantines': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists the quarantines, oldest first.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['listQuarantines'];
    put?: never;
    /**
     * Leaves events of users, or of a source, out, as if they had never been, until it is lifted.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    post: operations['quarantine'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/quarantines/{quarantineId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Tells how a quarantine stands.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['getQuarantine'];
    put?: never;
    post?: never;
    /**
     * Lifts a quarantine: a version that has the events again takes over.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    delete: operations['liftQuarantine'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/recommendations/{recommendationId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Tells where an answer came from, and makes it again.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['getRecommendation'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/recommendations/{recommendationId}/verify': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Makes an answer again by replay and compares it with the one that was given.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['verifyRecommendation'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/what-if': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Answers what a user would be recommended with other events, and without some; nothing is written.
     * @description Where keys are asked for, one of scope `read` is.
     */
    post: operations['whatIf'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/sessions/recommendations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Recommends to a user who has done these things and nothing else; nothing is written.
     * @description Where keys are asked for, one of scope `read` is.
     */
    post: operations['recommendToSession'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/items/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Tells what is known of an item.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['getItem'];
    /**
     * Publishes an item’s metadata, or replaces them.
     * @description Where keys are asked for, one of scope `write` is.
     */
    put: operations['publishItem'];
    post?: never;
    /**
     * Withdraws an item: it is recommended no more until it is published again.
     * @description Where keys are asked for, one of scope `write` is.
     */
    delete: operations['withdrawItem'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/dead-letters': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists the events that were taken and could not be learned from, with the reason.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['listDeadLetters'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/models': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists the model versions and says which is live.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['listModels'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/training-runs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Trains a new model version; it becomes live when it is not worse.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    post: operations['startTraining'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/training-runs/{workflowId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Tells how a run stands, with its result once it has completed.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['getTrainingRun'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/index-releases': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Builds an index of the items and swaps it in when its recall is good enough.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    post: operations['startIndexBuild'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/index-releases/{workflowId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Tells how a run stands, with its result once it has completed.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['getIndexRelease'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/models/{version}/promote': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Makes a version live that follows the stream; no request fails meanwhile.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    post: operations['promoteModel'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/models/{version}/rollback': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Takes the live version, which is named, back to the one that was live before.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    post: operations['rollbackModel'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/models/compare': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Compares two versions on the events that both were tested on, and their answers.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['compareModels'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/backfills': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Builds a model version by replaying the journal; it ends as the shadow.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    post: operations['startBackfill'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/backfills/{workflowId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Tells how a run stands, with its result once it has completed.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['getBackfill'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/backfills/{workflowId}/pause': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Lets a backfill stand still; what it has built is kept.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    post: operations['pauseBackfill'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/backfills/{workflowId}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Lets a paused backfill go on.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    post: operations['resumeBackfill'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/backfills/{workflowId}/cancel': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Ends a backfill; the version stays registered and is not held.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    post: operations['cancelBackfill'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/metrics': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Tells what was measured, as Prometheus reads it.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['getMetrics'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/metrics/prequential': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Tells how well a sample of events was ranked before they were learned.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['getPrequential'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/metrics/click-through': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Tells how many answers were given and clicked, by version and scenario.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['getClickThrough'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/experiments/{experiment}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Tells how the arms of an experiment compare.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['getExperiment'];
    /**
     * Begins to split users into arms; the same again changes nothing.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    put: operations['putExperiment'];
    post?: never;
    /**
     * Ends an experiment and forgets its figures, which are answered a last time.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    delete: operations['endExperiment'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/experiments': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists the experiments with their figures, oldest first.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['listExperiments'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/explorations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Streams what exploring answers showed, with propensities and what came of it, as NDJSON for off-policy estimates.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    get: operations['exportExplorations'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/state-hash': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Gives the canonical hash of a model version’s state and the positions it has.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['getStateHash'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/events/export': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Streams the journal’s events as NDJSON, after these positions, up to now.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    get: operations['exportEvents'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/verifications': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Replays cleanly in a scratch folder, compares state hashes, and finds where they part. With accept: application/x-ndjson it tells its progress.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    post: operations['verify'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/projections/rebuild': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Drops projections and folds them again. With accept: application/x-ndjson it tells its progress.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    post: operations['rebuildProjections'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/schedules': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists what runs by itself: when, what it started last, and when it runs next.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['listSchedules'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/schedules/{name}/pause': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Lets a schedule start nothing until it is resumed.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    post: operations['pauseSchedule'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/schedules/{name}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Lets a paused schedule go on.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    post: operations['resumeSchedule'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/schedules/{name}/trigger': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Starts what a schedule starts, now; nothing where it runs.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    post: operations['triggerSchedule'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/spaces': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists the spaces beside the main one, and whether they are up.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    get: operations['listSpaces'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/status': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Tells where journal, model, projections and the native parts stand.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['getStatus'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/health/live': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Answers while the process serves.
     * @description No API key is asked for.
     */
    get: operations['isLive'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/health/ready': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Answers 503 with what is awaited until answers are right.
     * @description No API key is asked for.
     */
    get: operations['isReady'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/items': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Searches items by title.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['searchItems'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/items/lookup': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Tells many items in short; those that are unknown are left out.
     * @description Where keys are asked for, one of scope `read` is.
     */
    post: operations['lookUpItems'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/users': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists the users of the newest events.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    get: operations['listUsers'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/users/{id}/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists the newest interactions of a user; of somebody unknown there are none.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['listUserEvents'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/runs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists the trainings, index builds and backfills that were started last.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['listRuns'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/feedback': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists what all users did, page by page.
     * @description A page may hold fewer than n and go on all the same: the end is where Cursor is empty. Where keys are asked for, one of scope `admin` is.
     */
    get: operations['gorseListFeedback'];
    /**
     * Takes feedback as POST does: what happened is never overwritten.
     * @description Each becomes an event: its type by name, or read and click as view, watch and listen as play, star and favorite as like, cart as add, purchase as buy. What has a Timestamp counts once, however often it is sent. A Comment is kept under the user’s key. Where keys are asked for, one of scope `write` is.
     */
    put: operations['gorseUpsertFeedback'];
    /**
     * Takes feedback as Gorse’s clients send it, whole or not at all.
     * @description Each becomes an event: its type by name, or read and click as view, watch and listen as play, star and favorite as like, cart as add, purchase as buy. What has a Timestamp counts once, however often it is sent. A Comment is kept under the user’s key. Where keys are asked for, one of scope `write` is.
     */
    post: operations['gorseInsertFeedback'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/user/{userId}/feedback': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists the newest events of a user, 100 at most.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['gorseUserFeedback'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/user/{userId}/feedback/{feedbackType}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists those of one type among the 100 newest events of a user.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['gorseUserFeedbackByType'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/feedback/{userId}/{itemId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists those with one item among the 100 newest events of a user.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['gorseFeedbackBetween'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/feedback/{feedbackType}/{userId}/{itemId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Tells the last of one type with one item among the 100 newest events of a user.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['gorseGetFeedback'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/feedback/{feedbackType}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists what all users did of one type, page by page.
     * @description A page may hold fewer than n and go on all the same: the end is where Cursor is empty. Where keys are asked for, one of scope `admin` is.
     */
    get: operations['gorseListFeedbackByType'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/item/{itemId}/feedback': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists the newest events with an item among the newest of all, 100 at most.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    get: operations['gorseItemFeedback'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/item/{itemId}/feedback/{feedbackType}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists those of one type; all where it is empty.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    get: operations['gorseItemFeedbackByType'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/recommend/{userId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Recommends items to a user, as Gorse’s clients ask for them.
     * @description Ids alone, or with scores where the header x-api-version is 2. Where keys are asked for, one of scope `read` is.
     */
    get: operations['gorseRecommend'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/recommend/{userId}/{category}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Recommends items to a user, as Gorse’s clients ask for them.
     * @description Ids alone, or with scores where the header x-api-version is 2. Where keys are asked for, one of scope `read` is.
     */
    get: operations['gorseRecommendOf'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/item/{itemId}/neighbors': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists the items most similar to one, as Gorse’s clients ask for them.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['gorseNeighbors'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/item/{itemId}/neighbors/{category}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists the items most similar to one, as Gorse’s clients ask for them.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['gorseNeighborsOf'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/popular': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists the items that are popular now, as Gorse’s clients ask for them.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['gorsePopular'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/popular/{category}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists the items that are popular now, as Gorse’s clients ask for them.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['gorsePopularOf'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/latest': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists the items that came out last, as Gorse’s clients ask for them.
     * @description By the Timestamp that they were published with, in seconds as their score; items without one are left out. Where keys are asked for, one of scope `read` is.
     */
    get: operations['gorseLatest'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/latest/{category}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists the items that came out last, as Gorse’s clients ask for them.
     * @description By the Timestamp that they were published with, in seconds as their score; items without one are left out. Where keys are asked for, one of scope `read` is.
     */
    get: operations['gorseLatestOf'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/session/recommend': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Recommends to somebody who has done these things and nothing else.
     * @description Nothing is written. Whoever did nothing is recommended nothing. Where keys are asked for, one of scope `read` is.
     */
    post: operations['gorseSessionRecommend'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/session/recommend/{category}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Recommends to somebody who has done these things and nothing else.
     * @description Nothing is written. Whoever did nothing is recommended nothing. Where keys are asked for, one of scope `read` is.
     */
    post: operations['gorseSessionRecommendOf'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/item': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Publishes an item as Gorse’s clients send it, or replaces it.
     * @description Comment becomes the title; Categories, Labels and Timestamp are metadata; an item that IsHidden is withdrawn. Where keys are asked for, one of scope `write` is.
     */
    post: operations['gorseInsertItem'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/items': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Searches items by title, as Gorse’s clients do; all of them are not listed.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['gorseSearchItems'];
    put?: never;
    /**
     * Publishes items as Gorse’s clients send them, or replaces them.
     * @description Comment becomes the title; Categories, Labels and Timestamp are metadata; an item that IsHidden is withdrawn. Where keys are asked for, one of scope `write` is.
     */
    post: operations['gorseInsertItems'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/item/{itemId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Tells what is known of an item, as Gorse’s clients read it.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['gorseGetItem'];
    put?: never;
    post?: never;
    /**
     * Withdraws an item; what users did with it stays in the log.
     * @description Where keys are asked for, one of scope `write` is.
     */
    delete: operations['gorseDeleteItem'];
    options?: never;
    head?: never;
    /**
     * Changes what is sent of an item; the rest stays.
     * @description An item that IsHidden is withdrawn; POST brings it back. Where keys are asked for, one of scope `write` is.
     */
    patch: operations['gorseUpdateItem'];
    trace?: never;
  };
  '/api/item/{itemId}/category/{category}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /**
     * Puts an item into a category.
     * @description Where keys are asked for, one of scope `write` is.
     */
    put: operations['gorseInsertItemCategory'];
    post?: never;
    /**
     * Takes an item out of a category.
     * @description Where keys are asked for, one of scope `write` is.
     */
    delete: operations['gorseDeleteItemCategory'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/user': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Takes a user as Gorse’s clients send them.
     * @description Nothing is kept: a user is known by their events. Where keys are asked for, one of scope `write` is.
     */
    post: operations['gorseInsertUser'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/users': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists the users of the newest events, as Gorse’s clients read them.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    get: operations['gorseGetUsers'];
    put?: never;
    /**
     * Takes users as Gorse’s clients send them.
     * @description Nothing is kept: a user is known by their events. Where keys are asked for, one of scope `write` is.
     */
    post: operations['gorseInsertUsers'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/user/{userId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Tells whether a user is known, as Gorse’s clients read it.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['gorseGetUser'];
    put?: never;
    post?: never;
    /**
     * Erases a user and what they did, as DELETE /v1/users/{id} does.
     * @description Where keys are asked for, one of scope `admin` is.
     */
    delete: operations['gorseDeleteUser'];
    options?: never;
    head?: never;
    /**
     * Takes changes of a user as Gorse’s clients send them.
     * @description Nothing is kept: a user is known by their events. Where keys are asked for, one of scope `write` is.
     */
    patch: operations['gorseUpdateUser'];
    trace?: never;
  };
  '/api/user/{userId}/neighbors': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists the users most similar to one, as Gorse’s clients ask for them.
     * @description By the cosine of their vectors, over all users. It names other users, so it asks for more than their recommendations do. Where keys are asked for, one of scope `admin` is.
     */
    get: operations['gorseUserNeighbors'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/health/live': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Answers while the process serves, as Gorse’s probes expect it.
     * @description No API key is asked for.
     */
    get: operations['gorseIsLive'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/health/ready': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Answers 503 until answers are right, as Gorse’s probes expect it.
     * @description No API key is asked for.
     */
    get: operations['gorseIsReady'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/live': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Streams figures once a second, and models, runs, a user and a travel as they change.
     * @description Where keys are asked for, one of scope `read` is.
     */
    get: operations['followLive'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Leads to the documentation, for the page is not built.
     * @description No API key is asked for.
     */
    get: operations['getHome'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/openapi.json': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Describes these routes (OpenAPI 3.1).
     * @description No API key is asked for.
     */
    get: operations['getOpenApi'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/docs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Shows these routes as a page.
     * @description No API key is asked for.
     */
    get: operations['getDocs'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    Event: {
      /**
       * @description The idempotency key; drawn where absent.
       * @example play-1
       */
      id?: string;
      /** @description One of the configured interaction types, such as play or like. */
      type: string;
      /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
      user: string;
      /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
      item: string;
      /** @description A rating, a count, a price; stored as given. */
      value?: number;
      /**
       * Format: date-time
       * @description When it happened (RFC 3339); the server’s clock where absent.
       */
      time?: string;
      /** @description The system that sends it, by which events can be quarantined. */
      source?: string;
      /** @description Free-form JSON, kept under the user’s key; at most 4 KiB and 32 levels. */
      context?: Record<string, unknown>;
      /** @description The answer that this reacts to, as it was answered: counted, never learned. */
      recommendationId?: string;
    };
    CloudEvent: {
      /** @constant */
      specversion: '1.0';
      /**
       * @description 1 to 256 bytes of valid UTF-8 without NUL.
       * @example play-1
       */
      id: string;
      /**
       * @description 1 to 256 bytes of valid UTF-8 without NUL.
       * @example /shop
       */
      source: string;
      /**
       * @description The interaction type, or a reverse-DNS name that ends in it.
       * @example com.example.play
       */
      type: string;
      /** @description The item, where `data` names none. */
      subject?: string;
      /**
       * Format: date-time
       * @description When it happened (RFC 3339); the server’s clock where absent.
       */
      time?: string;
      datacontenttype?: string;
      data_base64?: unknown;
      /** @description The answer that this reacts to, where `data` names none. */
      recommendationid?: string;
      data: components['schemas']['CloudEventData'];
    } & {
      [key: string]: unknown;
    };
    CloudEventData: {
      /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
      user: string;
      /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
      item?: string;
      value?: number;
      /** @description Free-form JSON, kept under the user’s key; at most 4 KiB and 32 levels. */
      context?: Record<string, unknown>;
      /** @description The id of a recommendation, as it was answered. */
      recommendationId?: string;
    };
    Accepted: {
      accepted: number;
      duplicates: number;
      /** @description One an event in the order given, but for those that are pending; for NDJSON the furthest of each partition, to pass on as `after`. */
      positions: string[];
      /** @description Cluster profile: events that were taken and did not reach the journal in time, as partition@offset in the order given, with no place in `positions`; for NDJSON the furthest of each partition. Empty otherwise. */
      pending: string[];
    };
    ToldCloudEvent: {
      /** @constant */
      specversion: '1.0';
      /**
       * @description Its position.
       * @example 0:15316
       */
      id: string;
      /**
       * @description Its partition.
       * @example /partitions/0
       */
      source: string;
      /**
       * @description dev.reprise.interaction.TYPE, dev.reprise.item.published, dev.reprise.item.withdrawn or dev.reprise.model.promoted; dev.reprise.journal.passed says that nothing is told of the positions up to its own.
       * @example dev.reprise.interaction.play
       */
      type: string;
      /**
       * @description The item, the version, or the position.
       * @example track-00042
       */
      subject: string;
      /** Format: date-time */
      time?: string;
      /** @constant */
      datacontenttype: 'application/json';
      /**
       * @description A position in the journal: partition and sequence.
       * @example 0:15316
       */
      position: string;
      /** @description The id under which it was sent. */
      sentid?: string;
      /**
       * @example {
       *       "user": "ada",
       *       "item": "track-00042"
       *     }
       */
      data: {
        [key: string]: unknown;
      };
    };
    Recommendation: {
      recommendationId: string;
      /** @enum {string} */
      basedOn: 'user' | 'item' | 'popular';
      /** @description The positions that the answer was read at. */
      position: string[];
      /** @description A model version. */
      model: string;
      search: {
        /** @enum {string} */
        mode: 'exact' | 'approximate';
        release?: string;
        /** @description Why the search fell back to exact. */
        reason?: string;
      };
      /** @description There where a filter was given. */
      filter?: components['schemas']['FilterReport'];
      /** @description Why there are fewer items than asked for. */
      note?: string;
      /** @description Cluster profile: why the answer may lack the newest events, and since when; absent when it is fresh. */
      stale?: {
        why: string;
        /** Format: date-time */
        since: string;
      };
      /** @description With `experiment`: the arm that the user is in. */
      experiment?: {
        name: string;
        arm: string;
        /** @description Why the answer is counted to no arm; where its version is away, by live. */
        uncounted?: string;
      };
      items: {
        /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
        id: string;
        score: number;
        title?: string;
        /**
         * @description A scenario has it stand first; its score is 0 then.
         * @constant
         */
        pinned?: true;
        /** @description With `explore`: the probability with which the item stands at this very place of the answer. */
        propensity?: number;
        explanation?: components['schemas']['Explanation'];
      }[];
      /** @description With `explain`: the user’s newest interactions, newest first. */
      events?: {
        /**
         * @description A position in the journal: partition and sequence.
         * @example 0:15316
         */
        position: string;
        type: string;
        /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
        item: string;
        time: string | null;
      }[];
    };
    FilterReport: {
      /** @description Items met in an event and not withdrawn that the filter holds for, seen ones among them. */
      matching: number;
      /** @description Items that are left out because the filter has no value for them: they lack a field that it names, or have it of another kind. */
      undecided: number;
    };
    Explanation: {
      /** @description What the score is made of, by source; they sum to it. */
      shares: {
        [key: string]: number;
      };
      /** @description The part of `taste` along each of the items that the user had last. */
      because?: {
        /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
        item: string;
        share: number;
      }[];
      /** @description What of `taste` lies along none of them. */
      rest?: number;
      /** @description Of the items that the user had last, the most similar ones. */
      neighbours: {
        /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
        item: string;
        cosine: number;
      }[];
    };
    Travel: {
      /** @description The id of a time travel, as a 202 gave it. */
      travelId: string;
      /** @enum {string} */
      state: 'running' | 'completed' | 'failed';
      /** @description Where it goes. */
      position: string[];
      /** @description Events replayed of those on the way. */
      progress: {
        done: number;
        total: number;
      };
      /** @description Where to ask how it stands. */
      poll: string;
      /** @description The travel in the Temporal UI, where it is. */
      url?: string;
      failure?: string;
    };
    SimilarItems: {
      /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
      item: string;
      position: string[];
      /** @description A model version. */
      model: string;
      /** @description Cluster profile: why the answer may lack the newest events, and since when; absent when it is fresh. */
      stale?: {
        why: string;
        /** Format: date-time */
        since: string;
      };
      filter?: components['schemas']['FilterReport'];
      items: {
        /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
        id: string;
        score: number;
        title?: string;
        /**
         * @description A scenario has it stand first; its score is 0 then.
         * @constant
         */
        pinned?: true;
        /** @description With `explore`: the probability with which the item stands at this very place of the answer. */
        propensity?: number;
        explanation?: components['schemas']['Explanation'];
      }[];
    };
    PopularItems: {
      position: string[];
      /** @description Cluster profile: why the answer may lack the newest events, and since when; absent when it is fresh. */
      stale?: {
        why: string;
        /** Format: date-time */
        since: string;
      };
      filter?: components['schemas']['FilterReport'];
      items: {
        /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
        id: string;
        score: number;
        title?: string;
        /**
         * @description A scenario has it stand first; its score is 0 then.
         * @constant
         */
        pinned?: true;
        /** @description With `explore`: the probability with which the item stands at this very place of the answer. */
        propensity?: number;
        explanation?: components['schemas']['Explanation'];
      }[];
    };
    User: {
      /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
      id: string;
      events: number;
      seenItems: number;
      lastTime: string | null;
      position: string[];
      /** @description Cluster profile: why the answer may lack the newest events, and since when; absent when it is fresh. */
      stale?: {
        why: string;
        /** Format: date-time */
        since: string;
      };
    };
    Scenarios: {
      scenarios: components['schemas']['Scenario'][];
    };
    Scenario: {
      /** @description The name of a scenario. */
      scenario: string;
      definition: components['schemas']['ScenarioDefinition'];
      /** Format: date-time */
      changedAt: string;
    };
    ScenarioDefinition: {
      /** @description An expression in CEL that has to hold for every item listed: `item.genre == "jazz" && item.year > 1990`. It may look at `item` (what was published, and `id`), `user` (`events`, `seenItems`) and `context`. */
      filter?: string;
      /** @description An expression in CEL whose value multiplies the score of an item: `item.genre == "jazz" ? 2.0 : 1.0`. A score below 0 is divided by it. */
      boost?: string;
      /** @description From 0, where the best items are listed, to 1, where each next one is as unlike those before it as can be (maximal marginal relevance). */
      diversity?: number;
      /** @description Items that stand first, in this order. */
      pinned?: string[];
      /** @description Items that are never listed. */
      blocked?: string[];
      /** @description From 0 to 0.99: the share of its score that an item loses that was shown to the user just now, by an event of type `impression`, and that they did nothing to since. */
      rotation?: number;
      /** @description Seconds after which an impression counts half: 86400 where it is left out. */
      rotationHalfLife?: number;
      /** @description From 0 to 1: the probability with which the answer is a random choice among its best `exploreItems` items, each as likely at each place, and not the best of them. Each item then tells its `propensity`. */
      explore?: number;
      /** @description The best items that chance chooses from, `n` at least: 50 where it is left out. */
      exploreItems?: number;
    };
    RemovedScenario: {
      /** @description The name of a scenario. */
      removed: string;
    };
    Erasure: {
      /** @description An erasure: e1, e2 and so on. */
      erasureId: string;
      /** @enum {string} */
      state: 'collecting' | 'rebuilding' | 'done';
      /** @description Users that it erases; none is named. */
      users: number;
      /** Format: date-time */
      requestedAt: string;
      /** @description Whether their ids and keys are destroyed: nobody can tell any more whose events they were. */
      identitiesDestroyed: boolean;
      /** @description The run in the Temporal UI. */
      url?: string;
      /** @description Why the last try failed; it goes on. */
      failure?: string;
      /** @description The version that is built without them. */
      version?: string;
      /** @description The version that was live before. */
      parent?: string;
      /** @description The version whose definition and base the new one has: an older one than `parent` where the trained base of that held a user. */
      builtFrom?: string;
      baseHoldsErased?: boolean;
      /** @description Their events that replay passes over. */
      events?: number;
      firstEvents?: string[];
      replayedFrom?: string[];
      /** Format: date-time */
      finishedAt?: string;
      /** @description The hash of the live state, which equals that of a journal without their events. */
      stateHash?: string;
      stateAt?: string[];
      promotedAt?: string[];
      /** @description Users whose events were blanked in the journal. */
      purged?: number;
      /** @description Where a trained base was dropped: the training run that takes its place, or why there is none. */
      retraining?: string;
      /** @description Derived files that may have held them. */
      deleted?: {
        checkpoints: number;
        merges: number;
        runs: number;
        indexReleases: string[];
        bases: string[];
      };
    };
    ErasureRequest: {
      users: string[];
      /**
       * @description Whether the version without them is built at once, not when others may have come.
       * @default false
       */
      now?: boolean;
      /**
       * @description Whether what the journal holds of them is blanked, too.
       * @default false
       */
      purge?: boolean;
    };
    Erasures: {
      erasures: components['schemas']['Erasure'][];
    };
    QuarantineRequest: {
      users?: string[];
      /** @description The source whose events are meant, whoever did them; in the place of `users`. */
      source?: string;
      /**
       * @description Events after these positions, one a partition at most; from the start where one is not named.
       * @default []
       */
      from?: string[];
      /**
       * @description Events up to these positions; up to the head of now where a partition is not named.
       * @default []
       */
      to?: string[];
    };
    Quarantine: {
      /** @description A quarantine: q1, q2 and so on. */
      quarantineId: string;
      /** @enum {string} */
      state: 'building' | 'active' | 'lifting' | 'lifted';
      /** @description Whether the version that serves leaves the events out. */
      inForce: boolean;
      /** @description Users that it names; 0 where it names a source. */
      users: number;
      /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
      source?: string;
      /** @description Events that are left out. */
      events: number;
      from: string[];
      to: string[];
      /** Format: date-time */
      requestedAt: string;
      /** @description The run in the Temporal UI. */
      url?: string;
      /** @description Why the last try failed; it goes on. */
      failure?: string;
      /** @description The version built for its last change. */
      version?: string;
      /** @description The version that was live before that. */
      parent?: string;
      replayedFrom?: string[];
      promotedAt?: string[];
    };
    Quarantines: {
      quarantines: components['schemas']['Quarantine'][];
    };
    Lineage: {
      /** @description The id of a recommendation, as it was answered. */
      recommendationId: string;
      /** @enum {string} */
      basedOn: 'user' | 'item' | 'popular';
      /** @description Null where nobody knew them, or they were erased since. */
      user: string | null;
      n: number;
      /** @enum {string} */
      exclude: 'seen' | 'none';
      /** @description The item at hand. */
      item: string | null;
      /** @description What it obeyed beside the learner; null where there were no rules. */
      rules: components['schemas']['AnsweredRules'] | null;
      /** @description The experiment and the arm that it was asked by; null where none. */
      experiment: {
        name: string;
        arm: string;
      } | null;
      /** @description Where it was read. */
      position: string[];
      /** @description When the last event of each position was appended. */
      appendedAt: (string | null)[];
      model: {
        /** @description A model version. */
        version: string;
        /** @description Null where it is not registered any more. */
        learner: string | null;
        parent: string | null;
        start: string[] | null;
      };
      /** @description The index release that proposed candidates. */
      release: string | null;
      /**
       * @description Unverifiable: what an index proposed then cannot be told any more; `reason` says why.
       * @enum {string}
       */
      verdict: 'equal' | 'different' | 'unverifiable';
      /** @description The items, made again. */
      items: {
        /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
        id: string;
        score: number;
        title?: string;
        /**
         * @description A scenario has it stand first; its score is 0 then.
         * @constant
         */
        pinned?: true;
        /** @description With `explore`: the probability with which the item stands at this very place of the answer. */
        propensity?: number;
        explanation?: components['schemas']['Explanation'];
      }[];
    };
    AnsweredRules: {
      scenario?: string;
      filter?: string;
      boost?: string;
      diversity?: number;
      pinned?: string[];
      blocked?: string[];
      rotation?: number;
      rotationHalfLife?: number;
      explore?: number;
      exploreItems?: number;
      /** @description What the expressions looked at of the context. */
      context?: {
        [key: string]: string | number;
      };
    };
    AnswerProof: {
      /** @description The id of a recommendation, as it was answered. */
      recommendationId: string;
      equal: boolean;
      /**
       * @description Unverifiable: what an index proposed then cannot be told any more; `reason` says why.
       * @enum {string}
       */
      verdict: 'equal' | 'different' | 'unverifiable';
      /**
       * @description Made again by scanning everything, or from the candidates of the release it names.
       * @enum {string}
       */
      method: 'exact' | 'release';
      /** @description First 16 bytes of SHA-256 over ids and scores, hex: signed when it was given. */
      expectedHash: string;
      recomputedHash: string;
      reason?: string;
      /** @description Not equal, and users were erased since the journal began. */
      changedByErasure: boolean;
      /** @description The items, made again. */
      items: {
        /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
        id: string;
        score: number;
        title?: string;
        /**
         * @description A scenario has it stand first; its score is 0 then.
         * @constant
         */
        pinned?: true;
        /** @description With `explore`: the probability with which the item stands at this very place of the answer. */
        propensity?: number;
        explanation?: components['schemas']['Explanation'];
      }[];
    };
    WhatIfRequest: {
      /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
      user: string;
      /**
       * @description Interactions of the user that come on top, in order.
       * @default []
       */
      add?: {
        /**
         * @description The idempotency key; drawn where absent.
         * @example play-1
         */
        id?: string;
        /** @description One of the configured interaction types, such as play or like. */
        type: string;
        /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
        item: string;
        /** @description A rating, a count, a price; stored as given. */
        value?: number;
        /**
         * Format: date-time
         * @description When it happened (RFC 3339); the server’s clock where absent.
         */
        time?: string;
      }[];
      /**
       * @description Positions of the user’s own interactions that are left out.
       * @default []
       * @example [
       *       "0:15316"
       *     ]
       */
      remove?: string[];
      /** @default 10 */
      n?: number;
      /**
       * @default seen
       * @enum {string}
       */
      exclude?: 'seen' | 'none';
      /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
      item?: string;
      /** @description Answers as the live model would have answered there: a position of the partition that holds the user’s events, or an RFC 3339 time by which events had been appended. */
      asOf?: string;
      /** @description An expression in CEL that has to hold for every item listed: `item.genre == "jazz" && item.year > 1990`. It may look at `item` (what was published, and `id`), `user` (`events`, `seenItems`) and `context`. */
      filter?: string;
      /** @description An expression in CEL whose value multiplies the score of an item: `item.genre == "jazz" ? 2.0 : 1.0`. A score below 0 is divided by it. */
      boost?: string;
      /** @description What expressions find in `context`, each as `context.NAME=VALUE` or `context[NAME]=VALUE`: a number where it is written as one, else text. `hour` (0 to 23) and `weekday` (1, Monday, to 7) in UTC are there without being sent. */
      context?: {
        [key: string]: string;
      };
      /** @description From 0, where the best items are listed, to 1, where each next one is as unlike those before it as can be (maximal marginal relevance). */
      diversity?: number;
      /** @description From 0 to 0.99: the share of its score that an item loses that was shown to the user just now, by an event of type `impression`, and that they did nothing to since. */
      rotation?: number;
      /** @description Seconds after which an impression counts half: 86400 where it is left out. */
      rotationHalfLife?: number;
      /** @description From 0 to 1: the probability with which the answer is a random choice among its best `exploreItems` items, each as likely at each place, and not the best of them. Each item then tells its `propensity`. */
      explore?: number;
      /** @description The best items that chance chooses from, `n` at least: 50 where it is left out. */
      exploreItems?: number;
      /** @description A scenario that both answers obey. Its filter and `filter` both have to hold; what else is given takes the place of its own. */
      scenario?: string;
    };
    WhatIf: {
      /** @description The answer as things are. */
      before: {
        /** @enum {string} */
        basedOn: 'user' | 'item' | 'popular';
        /** @description The positions that the answer was read at. */
        position: string[];
        /** @description A model version. */
        model: string;
        /** @description There where a filter was given. */
        filter?: components['schemas']['FilterReport'];
        /** @description Why there are fewer items than asked for. */
        note?: string;
        items: {
          /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
          id: string;
          score: number;
          title?: string;
          /**
           * @description A scenario has it stand first; its score is 0 then.
           * @constant
           */
          pinned?: true;
          /** @description With `explore`: the probability with which the item stands at this very place of the answer. */
          propensity?: number;
          explanation?: components['schemas']['Explanation'];
        }[];
      };
      /** @description The answer as they would be. */
      after: {
        /** @enum {string} */
        basedOn: 'user' | 'item' | 'popular';
        /** @description The positions that the answer was read at. */
        position: string[];
        /** @description A model version. */
        model: string;
        /** @description There where a filter was given. */
        filter?: components['schemas']['FilterReport'];
        /** @description Why there are fewer items than asked for. */
        note?: string;
        items: {
          /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
          id: string;
          score: number;
          title?: string;
          /**
           * @description A scenario has it stand first; its score is 0 then.
           * @constant
           */
          pinned?: true;
          /** @description With `explore`: the probability with which the item stands at this very place of the answer. */
          propensity?: number;
          explanation?: components['schemas']['Explanation'];
        }[];
      };
      difference: {
        entered: {
          /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
          id: string;
          /** @description From 1 on. */
          place: number;
          score: number;
        }[];
        left: {
          /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
          id: string;
          /** @description From 1 on. */
          place: number;
          score: number;
        }[];
        /** @description In both, at another place or with another score. */
        moved: {
          /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
          id: string;
          from: number;
          to: number;
          scoreBefore: number;
          scoreAfter: number;
        }[];
      };
    };
    SessionRequest: {
      /** @description What was done in the session, in order. */
      events: {
        /**
         * @description The idempotency key; drawn where absent.
         * @example play-1
         */
        id?: string;
        /** @description One of the configured interaction types, such as play or like. */
        type: string;
        /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
        item: string;
        /** @description A rating, a count, a price; stored as given. */
        value?: number;
        /**
         * Format: date-time
         * @description When it happened (RFC 3339); the server’s clock where absent.
         */
        time?: string;
        /** @description The system that sends it, by which events can be quarantined. */
        source?: string;
      }[];
      /** @default 10 */
      n?: number;
      /**
       * @description Whether items of the session are left out.
       * @default seen
       * @enum {string}
       */
      exclude?: 'seen' | 'none';
    };
    SessionRecommendation: {
      /** @enum {string} */
      basedOn: 'user' | 'item' | 'popular';
      /** @description The positions that the answer was read at. */
      position: string[];
      /** @description A model version. */
      model: string;
      /** @description Why there are fewer items than asked for. */
      note?: string;
      items: {
        /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
        id: string;
        score: number;
        title?: string;
        /**
         * @description A scenario has it stand first; its score is 0 then.
         * @constant
         */
        pinned?: true;
        /** @description With `explore`: the probability with which the item stands at this very place of the answer. */
        propensity?: number;
        explanation?: components['schemas']['Explanation'];
      }[];
    };
    Published: {
      positions: string[];
    };
    Item: {
      /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
      id: string;
      metadata: {
        [key: string]: unknown;
      } | null;
      position: string[];
      /** @description Cluster profile: why the answer may lack the newest events, and since when; absent when it is fresh. */
      stale?: {
        why: string;
        /** Format: date-time */
        since: string;
      };
    };
    DeadLetters: {
      /** @description All refused events, kept or not. */
      refused: number;
      deadLetters: {
        /**
         * @description A position in the journal: partition and sequence.
         * @example 0:15316
         */
        position: string;
        reason: string;
        type: string;
        item: string;
        /** Format: date-time */
        time: string;
      }[];
    };
    Models: {
      /** @description A model version. */
      live: string;
      models: ({
        /** @description A model version. */
        version: string;
        live: boolean;
        /** @description Embedded profile: the names that it has now. */
        aliases?: ('live' | 'shadow' | 'previous')[];
        learner: string;
        settings?: {
          [key: string]: unknown;
        };
        start: string[];
        /** @description How far it learned in the order of event times; absent where all was in that of the journal. */
        timeOrderedTo?: string[];
        /** @description Where it stands, live or beside the live one; null where it is not held. */
        positions?: string[] | null;
        /** @description How well it foresaw the newest sampled events; null where it saw none. */
        prequential?: {
          events: number;
          recall10: number;
          mrr10: number;
        } | null;
        /** Format: date-time */
        createdAt?: string;
        metrics?: {
          [key: string]: number;
        };
      } & {
        [key: string]: unknown;
      })[];
    };
    TrainingRequest: {
      /**
       * @description Who trains: tfjs-node, or the SIMD kernel, which needs none. Default: tfjs.
       * @enum {string}
       */
      trainer?: 'tfjs' | 'kernel';
      epochs?: number;
      seed?: number;
      /**
       * @description Whether the new version may become live. Default: if-not-worse.
       * @enum {string}
       */
      promote?: 'if-not-worse' | 'never';
    };
    StartedRun: {
      /** @description The id of a durable run, as given when it was started. */
      workflowId: string;
      /** @description The run in the Temporal UI. */
      url: string;
    };
    RunState: {
      /** @description The id of a durable run, as given when it was started. */
      workflowId: string;
      url: string;
      /** @enum {string} */
      state: 'running' | 'completed' | 'failed' | 'cancelled';
      stage?: string;
      progress?: {
        done: number;
        total: number;
      };
      failure?: string;
      result?: {
        [key: string]: unknown;
      };
    } & {
      [key: string]: unknown;
    };
    IndexReleaseRequest: {
      /** @description A model version. */
      version?: string;
    };
    PromotionRequest: {
      /** @description Promotes only where the 95 % interval of the difference to the live version lies above 0. */
      gate?: {
        /**
         * @default recall10
         * @enum {string}
         */
        metric?: 'recall10' | 'mrr10';
        /**
         * @description Events that both have to be tested on.
         * @default 1000
         */
        eventsMin?: number;
      };
    };
    Promotion: {
      /** @description The version that is live now. */
      version: string;
      /** @description The version that was live before. */
      previous: string;
      /** @description Where the promotion stands: answers past it are by the version. */
      positions: string[];
      /** @description How long it took until every partition answered. */
      switchMs: number;
    };
    Comparison: {
      /** @description A model version. */
      a: string;
      /** @description A model version. */
      b: string;
      positions: {
        a: string[];
        b: string[];
      };
      /** @description How the figures are made. */
      method: string;
      cohorts: {
        /** @enum {string} */
        cohort: 'all' | 'newUsers' | 'heavyUsers' | 'tailItems';
        /** @description Sampled events that both were tested on. */
        events: number;
        /** @description Both means and their difference with its interval of 95 %, paired. */
        recall10: {
          a: number;
          b: number;
          /** @description b − a. */
          difference: number;
          low: number;
          high: number;
        };
        /** @description Both means and their difference with its interval of 95 %, paired. */
        mrr10: {
          a: number;
          b: number;
          /** @description b − a. */
          difference: number;
          low: number;
          high: number;
        };
      }[];
      overlap10: {
        /** @description Users sampled, known to both. */
        users: number;
        /** @description Mean share of the top 10 that both name. */
        mean: number;
        /** @description Users by how many of the top 10 both name, from 0 to 10. */
        histogram: number[];
      };
      drift: {
        /** @description Items sampled, known to both. */
        items: number;
        /** @description Linear CKA of the item vectors: 1 where one is the other turned or scaled. */
        alignment: number | null;
      };
      /** @description Recall@10 over a window that moves along the paired events. */
      stream: {
        events: number;
        a: number;
        b: number;
      }[];
    };
    BackfillRequest: {
      /** @description v2, v3 and so on; the next where absent. */
      name?: string;
      /** @description A version that is registered, to be brought to the head again; excludes all but to. */
      model?: string;
      /** @description Changes of the live version's settings: learner, dimensions, learningRate, regularization, negatives, initDeviation, popularityHalfLifeMs, blend, blend.biasRate, blend.fading, blend.weightRate, blend.contextItemsMax, blend.revisits, blend.windowEventsMax, blend.partnersMax, blend.popularMax, blend.candidatesMax, blend.weighedEvery. */
      settings?: {
        [key: string]: unknown;
      };
      /** @description Where the version starts to learn: the events after it; from the first where absent. */
      from?: string[];
      /** @description How far the backfill goes before the version follows by itself; the head where absent. */
      to?: string[];
      /**
       * @description time: the events up to `to` are learned in the order of their times, those after it as they come; journal where absent.
       * @enum {string}
       */
      order?: 'journal' | 'time';
    };
    Prequential: {
      /** @description The share of interactions that are sampled. */
      share: number;
      /** @description The newest sampled events that count. */
      window: number;
      models: {
        /** @description A model version. */
        version: string;
        /** @description Events sampled since the start. */
        sampled: number;
        /** @description Events of the window. */
        events: number;
        /** @description A figure for each k: 10 and 20. */
        recall: {
          [key: string]: number;
        };
        /** @description A figure for each k: 10 and 20. */
        precision: {
          [key: string]: number;
        };
        /** @description A figure for each k: 10 and 20. */
        mrr: {
          [key: string]: number;
        };
      }[];
    };
    ClickThrough: {
      /**
       * Format: date-time
       * @description Since when answers are counted.
       */
      since: string;
      /** @description False while reactions are still read from the journal: those from before the start, and in a cluster all that were there when figures were asked for, where that takes longer than a second. */
      complete: boolean;
      rows: {
        /** @description The version that answered. */
        model: string;
        /** @description Null where it was asked by none. */
        scenario: string | null;
        /** @description Answers that were given. */
        impressions: number;
        /** @description Answers with at least one click. */
        clicked: number;
        /** @description Positive events that name an answer. */
        clicks: number;
        /** @description Negative events that name an answer. */
        dismissals: number;
        /** @description `clicked` by `impressions`; null where no answer was counted. */
        rate: number | null;
      }[];
    };
    ExperimentRequest: {
      /**
       * @description The first is what the others are compared with.
       * @example [
       *       {
       *         "name": "plain",
       *         "share": 0.5
       *       },
       *       {
       *         "name": "bold",
       *         "share": 0.5
       *       }
       *     ]
       */
      arms: {
        /** @description The name of the arm. */
        name: string;
        /** @description The part of the users; those of all arms sum to 1. */
        share: number;
        /** @description The scenario that its answers are asked by. */
        scenario?: string;
        /** @description The model version that its answers are by: the live one, or one held beside it. Where other arms name one and it does not: the one that is live now. */
        version?: string;
      }[];
      /**
       * @description The difference of rates that the test is tuned to: it finds about as great a one soonest.
       * @default 0.01
       */
      effect?: number;
    };
    Experiment: {
      /** @description The name of an experiment. */
      experiment: string;
      /** Format: date-time */
      startedAt: string;
      effect: number;
      /** @description True where more users came than are counted. */
      full: boolean;
      /** @description Why answers are counted to no arm now, in some partitions or in all; null while they are counted. */
      uncounted: string | null;
      arms: {
        name: string;
        share: number;
        scenario: string | null;
        /** @description The model version that answers; null where live does. */
        version: string | null;
        users: number;
        answers: number;
        clicked: number;
        /** @description `clicked` by `answers`; null before the first answer. */
        rate: number | null;
        /** @description Null for the first arm, and before both have answers. */
        comparison: {
          /** @description Of its rate from that of the first. */
          difference: number;
          low: number;
          /** @description The interval holds at all looks at once, with 95 % for all arms. */
          high: number;
          /** @description Valid whenever one looks and stops. */
          pValue: number;
          /**
           * @description Early: too few users to say anything.
           * @enum {string}
           */
          verdict: 'better' | 'worse' | 'undecided' | 'early';
        } | null;
      }[];
    };
    Experiments: {
      experiments: components['schemas']['Experiment'][];
    };
    StateHash: {
      /** @description A model version. */
      version: string;
      hash: string;
      positions: string[];
      events: number;
      users: number;
      items: number;
    };
    VerifyRequest: {
      /** @description A version that is held: live, shadow or previous. Default: live. */
      model?: string;
      /** @description Whether every checkpoint and mark that is kept is compared, too, and what each checkpoint proves. Default: false. */
      full?: boolean;
    };
    VerifyReport: {
      equal: boolean;
      /** @description A model version. */
      version: string;
      /** @description Of the clean replay. */
      hash: string;
      /** @description Of what is held. */
      live: string;
      positions: string[];
      events: number;
      /** @description Partitions. */
      differing: number[];
      /** @description Where each of these parts, the earliest first; where it differs. */
      parted?: components['schemas']['Parted'][];
      kept?: components['schemas']['KeptStates'];
      /** @description The id of a durable run, as given when it was started. */
      workflowId?: string;
      /** @description The run in the Temporal UI, where it runs. */
      url?: string;
    } & {
      [key: string]: unknown;
    };
    Parted: {
      partition: number;
      /**
       * @description The last place that is known to be equal.
       * @example 0:15337
       */
      after: string;
      /**
       * @description The first place that is known to differ.
       * @example 0:15337
       */
      at: string;
      /** @description Between the two. 1: this event. 0: it was learned well, and kept wrongly. */
      events: number;
      /**
       * @description What differs there: a mark of the rows, a checkpoint, or the state as it is.
       * @enum {string}
       */
      by: 'rows' | 'checkpoint' | 'state';
    };
    KeptStates: {
      /** @description Checkpoints that were read and compared. */
      checkpoints: number;
      /** @description Marks of the rows that were compared. */
      marks: number;
      /** @description Checkpoints that say not what they come of. */
      unlinked: number;
      /** @description Checkpoints that another kernel learned. */
      otherKernel: number;
      /** @description Checkpoints that are not what they have to be, and why. */
      faults: {
        /**
         * @description Where a reader stands: partition and sequence, -1 before the first.
         * @example 0:15337
         */
        position: string;
        fault: string;
      }[];
    };
    RebuildReport: {
      projections: string[];
      positions: string[];
      events: number;
    } & {
      [key: string]: unknown;
    };
    Schedules: {
      schedules: components['schemas']['Schedule'][];
    };
    Schedule: {
      /** @enum {string} */
      name: 'verify' | 'train' | 'index' | 'promote';
      /**
       * @description off: the configuration says so, see `variable`.
       * @enum {string}
       */
      state: 'on' | 'paused' | 'off';
      /** @description off, a span, or five fields of cron in UTC. */
      when: string;
      /** @description The variable of the environment that sets it. */
      variable: string;
      /** @description The type of the workflow that it starts. */
      workflow: string;
      note: string;
      /** @description Its id in Temporal. */
      scheduleId?: string;
      /** @description The schedule in the Temporal UI. */
      url?: string;
      nextRun: string | null;
      lastRun: {
        /** Format: date-time */
        at: string;
        /** @description The id of a durable run, as given when it was started. */
        workflowId: string;
        url: string;
        /** @enum {string} */
        state: 'running' | 'completed' | 'failed' | 'cancelled' | 'unknown';
      } | null;
      /** @description Started so far. */
      runs: number;
      /** @description Not started, for the one before still ran. */
      skipped: number;
      /** @description Not started, for no server ran then. */
      missed: number;
    };
    Spaces: {
      spaces: components['schemas']['Space'][];
    };
    Space: {
      name: string;
      /**
       * @description Requests of a space that is not up get 503.
       * @enum {string}
       */
      state: 'starting' | 'up' | 'down' | 'stopped';
      /** @description Since the server started. */
      restarts: number;
      /** @description Why it is down, or was last. */
      why: string | null;
      /**
       * Format: date-time
       * @description Since when it stands so.
       */
      since: string;
    };
    Status: {
      /**
       * @description The version of this software.
       * @example 0.1.0
       */
      release: string;
      profile: string;
      partitions: number;
      uptimeSeconds: number;
      residentBytes: number;
      awaited: string[];
      journal: {
        heads: string[];
        bytes: number;
        full: boolean;
      } & {
        [key: string]: unknown;
      };
      model: {
        /** @description A model version. */
        version: string;
        learner: string;
        positions: string[];
      } & {
        [key: string]: unknown;
      };
      replay: {
        leased: boolean;
        reason?: string;
        /** @description Events that stand in the journal unread. */
        behind: number;
        /** @description Partitions that stand before a barrier, and for which others they wait. */
        waiting?: string[];
      } & {
        [key: string]: unknown;
      };
      projections: ({
        name: string;
        positions: string[];
      } & {
        [key: string]: unknown;
      })[];
      search: {
        /** @enum {string} */
        mode: 'exact' | 'approximate';
        release?: string;
        reason?: string;
      } & {
        [key: string]: unknown;
      };
      counts: {
        events: number;
        users: number;
        items: number;
        refused: number;
      } & {
        [key: string]: unknown;
      };
      /** @description The native parts, on or off and why. */
      parts: ({
        name: string;
        on: boolean;
        /** @description Why it is off, with the remedy. */
        reason?: string;
      } & {
        [key: string]: unknown;
      })[];
      links?: {
        [key: string]: string;
      };
      /** @description Cluster profile: the servers that this process depends on. */
      dependencies?: ({
        name: string;
        where: string;
        up: boolean;
        /** Format: date-time */
        since: string;
        why?: string;
      } & {
        [key: string]: unknown;
      })[];
      /** @description Erasures that are pending: the live state still knows their users. */
      erasures?: ({
        erasureId: string;
        state: string;
        users: number;
      } & {
        [key: string]: unknown;
      })[];
      /** @description Cluster profile: which worker moves each partition. */
      movers?: ({
        partition: number;
        holder: string;
        /**
         * @description Where a reader stands: partition and sequence, -1 before the first.
         * @example 0:15337
         */
        position: string;
      } & {
        [key: string]: unknown;
      })[];
      /** @description What went wrong and was worked around, newest last. */
      warnings?: {
        message: string;
        times: number;
        /** Format: date-time */
        lastAt: string;
      }[];
    } & {
      [key: string]: unknown;
    };
    Ready: {
      ready: boolean;
      awaited: string[];
      /** @description Cluster profile: how each server that it depends on stands. */
      dependencies?: {
        [key: string]: string;
      };
    };
    ItemList: {
      items: components['schemas']['ListedItem'][];
    };
    ListedItem: {
      /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
      id: string;
      title?: string;
      /** @description Whether any event named it: then it has a vector. */
      met: boolean;
      /** @description Plain attributes of the metadata, cut to a bound; the item itself tells all. */
      attributes: {
        [key: string]: string | number | boolean;
      };
    };
    ItemLookup: {
      ids: string[];
    };
    UserList: {
      users: {
        /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
        id: string;
        /** @description The time of their newest event. */
        lastTime: string | null;
      }[];
    };
    UserEvents: {
      /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
      user: string;
      /** @description Newest first. */
      events: {
        /**
         * @description A position in the journal: partition and sequence.
         * @example 0:15316
         */
        position: string;
        type: string;
        /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
        item: string;
        time: string | null;
      }[];
    };
    RunList: {
      runs: {
        /** @enum {string} */
        kind: 'training' | 'index' | 'backfill';
        /** @description The id of a durable run, as given when it was started. */
        workflowId: string;
        /** @description The run in the Temporal UI. */
        url: string;
        /** @enum {string} */
        state: 'running' | 'completed' | 'failed' | 'cancelled';
        /** Format: date-time */
        startedAt: string;
        /** Format: date-time */
        endedAt?: string;
        stage?: string;
        progress?: {
          done: number;
          total: number;
        };
      }[];
    };
    GorseFeedback: {
      /** @example like */
      FeedbackType: string;
      /**
       * @description 1 to 256 bytes of valid UTF-8 without NUL.
       * @example ada
       */
      UserId: string;
      /**
       * @description 1 to 256 bytes of valid UTF-8 without NUL.
       * @example track-00042
       */
      ItemId: string;
      Value?: number;
      /** @description When it happened; the server’s clock where absent. */
      Timestamp?: string | '';
      Comment?: string;
    };
    GorseSuccess: {
      /** @example 1 */
      RowAffected: number;
      /** @description What was sent and is not kept here. */
      Ignored?: string;
    };
    GorseKnownFeedback: {
      FeedbackType: string;
      /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
      UserId: string;
      /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
      ItemId: string;
      Timestamp: string;
      Comment: string;
    };
    GorseFeedbackList: {
      /** @description What to go on with; empty at the end. */
      Cursor: string;
      Feedback: components['schemas']['GorseKnownFeedback'][];
    };
    GorseScore: {
      /**
       * @description 1 to 256 bytes of valid UTF-8 without NUL.
       * @example track-00042
       */
      Id: string;
      Score: number;
    };
    GorseItem: {
      /**
       * @description 1 to 256 bytes of valid UTF-8 without NUL.
       * @example track-00042
       */
      ItemId: string;
      /** @default false */
      IsHidden?: boolean;
      Categories?: string[] | null;
      Labels?: unknown;
      /** @description When it happened; the server’s clock where absent. */
      Timestamp?: string | '';
      /** @example Paper Thread */
      Comment?: string;
    };
    GorseItemPatch: {
      /** @description That of the path, where it is sent. */
      ItemId?: string;
      IsHidden?: boolean;
      Categories?: string[] | null;
      Labels?: unknown;
      /** @description When it happened; the server’s clock where absent. */
      Timestamp?: string | '';
      /** @example Paper Thread */
      Comment?: string;
    };
    GorseKnownItem: {
      /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
      ItemId: string;
      IsHidden: boolean;
      Categories: string[];
      Labels: unknown;
      Timestamp: string;
      Comment: string;
    };
    GorseItemList: {
      Cursor: string;
      Items: components['schemas']['GorseKnownItem'][];
    };
    GorseUser: {
      /**
       * @description 1 to 256 bytes of valid UTF-8 without NUL.
       * @example ada
       */
      UserId: string;
      Labels?: unknown;
      Subscribe?: string[] | null;
      Comment?: string;
    };
    GorseUserPatch: {
      /**
       * @description 1 to 256 bytes of valid UTF-8 without NUL.
       * @example ada
       */
      UserId?: string;
      Labels?: unknown;
      Subscribe?: string[] | null;
      Comment?: string;
    };
    GorseKnownUser: {
      /** @description 1 to 256 bytes of valid UTF-8 without NUL. */
      UserId: string;
      Labels: null;
      Comment: string;
    };
    GorseUserList: {
      Cursor: string;
      Users: components['schemas']['GorseKnownUser'][];
    };
    GorseHealth: {
      Ready: boolean;
      DataStoreConnected: boolean;
      CacheStoreConnected: boolean;
    };
    Problem: {
      type: string;
      title: string;
      status: number;
      detail: string;
      instance: string;
      code: string;
      errors?: {
        field: string;
        reason: string;
        /** @description The NDJSON line, counted from 1. */
        line?: number;
      }[];
      requestId?: string;
    } & {
      [key: string]: unknown;
    };
  };
  responses: {
    /** @description MALFORMED: The request does not have the right form. */
    Problem400: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/docs#malformed",
         *       "title": "The request does not have the right form",
         *       "status": 400,
         *       "detail": "what was wrong, and how to mend it",
         *       "instance": "/v1/events",
         *       "code": "MALFORMED"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description UNAUTHORIZED: The API key is missing or wrong. */
    Problem401: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/docs#unauthorized",
         *       "title": "The API key is missing or wrong",
         *       "status": 401,
         *       "detail": "what was wrong, and how to mend it",
         *       "instance": "/v1/events",
         *       "code": "UNAUTHORIZED"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description FORBIDDEN: The request is not allowed from there, or with that key. */
    Problem403: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/docs#forbidden",
         *       "title": "The request is not allowed from there, or with that key",
         *       "status": 403,
         *       "detail": "what was wrong, and how to mend it",
         *       "instance": "/v1/events",
         *       "code": "FORBIDDEN"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description NOT_FOUND: Not found. */
    Problem404: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/docs#not-found",
         *       "title": "Not found",
         *       "status": 404,
         *       "detail": "what was wrong, and how to mend it",
         *       "instance": "/v1/events",
         *       "code": "NOT_FOUND"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description REQUEST_TIMEOUT: The request body took too long to arrive. */
    Problem408: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/docs#request-timeout",
         *       "title": "The request body took too long to arrive",
         *       "status": 408,
         *       "detail": "what was wrong, and how to mend it",
         *       "instance": "/v1/events",
         *       "code": "REQUEST_TIMEOUT"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description CONFLICT: The request conflicts with what is there. */
    Problem409: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/docs#conflict",
         *       "title": "The request conflicts with what is there",
         *       "status": 409,
         *       "detail": "what was wrong, and how to mend it",
         *       "instance": "/v1/events",
         *       "code": "CONFLICT"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description TOO_LARGE: The request is too large. */
    Problem413: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/docs#too-large",
         *       "title": "The request is too large",
         *       "status": 413,
         *       "detail": "what was wrong, and how to mend it",
         *       "instance": "/v1/events",
         *       "code": "TOO_LARGE"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description UNSUPPORTED_MEDIA_TYPE: The content type is not known here. */
    Problem415: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/docs#unsupported-media-type",
         *       "title": "The content type is not known here",
         *       "status": 415,
         *       "detail": "what was wrong, and how to mend it",
         *       "instance": "/v1/events",
         *       "code": "UNSUPPORTED_MEDIA_TYPE"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description MISDIRECTED: The Host header does not name this server. */
    Problem421: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/docs#misdirected",
         *       "title": "The Host header does not name this server",
         *       "status": 421,
         *       "detail": "what was wrong, and how to mend it",
         *       "instance": "/v1/events",
         *       "code": "MISDIRECTED"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description INVALID: The request has a form, but cannot be accepted. */
    Problem422: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/docs#invalid",
         *       "title": "The request has a form, but cannot be accepted",
         *       "status": 422,
         *       "detail": "what was wrong, and how to mend it",
         *       "instance": "/v1/events",
         *       "code": "INVALID"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description BUSY: More is under way than is let in. */
    Problem429: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/docs#busy",
         *       "title": "More is under way than is let in",
         *       "status": 429,
         *       "detail": "what was wrong, and how to mend it",
         *       "instance": "/v1/events",
         *       "code": "BUSY"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description INTERNAL: Something unexpected failed. DAMAGED: Stored data are damaged. */
    Problem500: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/docs#internal",
         *       "title": "Something unexpected failed",
         *       "status": 500,
         *       "detail": "what was wrong, and how to mend it",
         *       "instance": "/v1/events",
         *       "code": "INTERNAL"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description UNAVAILABLE: Not available now. FENCED: Another process took over. */
    Problem503: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/docs#unavailable",
         *       "title": "Not available now",
         *       "status": 503,
         *       "detail": "what was wrong, and how to mend it",
         *       "instance": "/v1/events",
         *       "code": "UNAVAILABLE"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description TIMEOUT: The answer took too long. */
    Problem504: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "/docs#timeout",
         *       "title": "The answer took too long",
         *       "status": 504,
         *       "detail": "what was wrong, and how to mend it",
         *       "instance": "/v1/events",
         *       "code": "TIMEOUT"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
  };
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type Event = components['schemas']['Event'];
export type CloudEvent = components['schemas']['CloudEvent'];
export type CloudEventData = components['schemas']['CloudEventData'];
export type Accepted = components['schemas']['Accepted'];
export type ToldCloudEvent = components['schemas']['ToldCloudEvent'];
export type Recommendation = components['schemas']['Recommendation'];
export type FilterReport = components['schemas']['FilterReport'];
export type Explanation = components['schemas']['Explanation'];
export type Travel = components['schemas']['Travel'];
export type SimilarItems = components['schemas']['SimilarItems'];
export type PopularItems = components['schemas']['PopularItems'];
export type User = components['schemas']['User'];
export type Scenarios = components['schemas']['Scenarios'];
export type Scenario = components['schemas']['Scenario'];
export type ScenarioDefinition = components['schemas']['ScenarioDefinition'];
export type RemovedScenario = components['schemas']['RemovedScenario'];
export type Erasure = components['schemas']['Erasure'];
export type ErasureRequest = components['schemas']['ErasureRequest'];
export type Erasures = components['schemas']['Erasures'];
export type QuarantineRequest = components['schemas']['QuarantineRequest'];
export type Quarantine = components['schemas']['Quarantine'];
export type Quarantines = components['schemas']['Quarantines'];
export type Lineage = components['schemas']['Lineage'];
export type AnsweredRules = components['schemas']['AnsweredRules'];
export type AnswerProof = components['schemas']['AnswerProof'];
export type WhatIfRequest = components['schemas']['WhatIfRequest'];
export type WhatIf = components['schemas']['WhatIf'];
export type SessionRequest = components['schemas']['SessionRequest'];
export type SessionRecommendation = components['schemas']['SessionRecommendation'];
export type Published = components['schemas']['Published'];
export type Item = components['schemas']['Item'];
export type DeadLetters = components['schemas']['DeadLetters'];
export type Models = components['schemas']['Models'];
export type TrainingRequest = components['schemas']['TrainingRequest'];
export type StartedRun = components['schemas']['StartedRun'];
export type RunState = components['schemas']['RunState'];
export type IndexReleaseRequest = components['schemas']['IndexReleaseRequest'];
export type PromotionRequest = components['schemas']['PromotionRequest'];
export type Promotion = components['schemas']['Promotion'];
export type Comparison = components['schemas']['Comparison'];
export type BackfillRequest = components['schemas']['BackfillRequest'];
export type Prequential = components['schemas']['Prequential'];
export type ClickThrough = components['schemas']['ClickThrough'];
export type ExperimentRequest = components['schemas']['ExperimentRequest'];
export type Experiment = components['schemas']['Experiment'];
export type Experiments = components['schemas']['Experiments'];
export type StateHash = components['schemas']['StateHash'];
export type VerifyRequest = components['schemas']['VerifyRequest'];
export type VerifyReport = components['schemas']['VerifyReport'];
export type Parted = components['schemas']['Parted'];
export type KeptStates = components['schemas']['KeptStates'];
export type RebuildReport = components['schemas']['RebuildReport'];
export type Schedules = components['schemas']['Schedules'];
export type Schedule = components['schemas']['Schedule'];
export type Spaces = components['schemas']['Spaces'];
export type Space = components['schemas']['Space'];
export type Status = components['schemas']['Status'];
export type Ready = components['schemas']['Ready'];
export type ItemList = components['schemas']['ItemList'];
export type ListedItem = components['schemas']['ListedItem'];
export type ItemLookup = components['schemas']['ItemLookup'];
export type UserList = components['schemas']['UserList'];
export type UserEvents = components['schemas']['UserEvents'];
export type RunList = components['schemas']['RunList'];
export type GorseFeedback = components['schemas']['GorseFeedback'];
export type GorseSuccess = components['schemas']['GorseSuccess'];
export type GorseKnownFeedback = components['schemas']['GorseKnownFeedback'];
export type GorseFeedbackList = components['schemas']['GorseFeedbackList'];
export type GorseScore = components['schemas']['GorseScore'];
export type GorseItem = components['schemas']['GorseItem'];
export type GorseItemPatch = components['schemas']['GorseItemPatch'];
export type GorseKnownItem = components['schemas']['GorseKnownItem'];
export type GorseItemList = components['schemas']['GorseItemList'];
export type GorseUser = components['schemas']['GorseUser'];
export type GorseUserPatch = components['schemas']['GorseUserPatch'];
export type GorseKnownUser = components['schemas']['GorseKnownUser'];
export type GorseUserList = components['schemas']['GorseUserList'];
export type GorseHealth = components['schemas']['GorseHealth'];
export type Problem = components['schemas']['Problem'];
export type ResponseProblem400 = components['responses']['Problem400'];
export type ResponseProblem401 = components['responses']['Problem401'];
export type ResponseProblem403 = components['responses']['Problem403'];
export type ResponseProblem404 = components['responses']['Problem404'];
export type ResponseProblem408 = components['responses']['Problem408'];
export type ResponseProblem409 = components['responses']['Problem409'];
export type ResponseProblem413 = components['responses']['Problem413'];
export type ResponseProblem415 = components['responses']['Problem415'];
export type ResponseProblem421 = components['responses']['Problem421'];
export type ResponseProblem422 = components['responses']['Problem422'];
export type ResponseProblem429 = components['responses']['Problem429'];
export type ResponseProblem500 = components['responses']['Problem500'];
export type ResponseProblem503 = components['responses']['Problem503'];
export type ResponseProblem504 = components['responses']['Problem504'];
export type $defs = Record<string, never>;
export interface operations {
  tellEvents: {
    parameters: {
      query?: {
        /** @description Where to go on: the last position that was told of each partition. */
        after?: string[];
        n?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The next events, oldest first; none where there are none yet. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example [
           *       {
           *         "specversion": "1.0",
           *         "id": "0:15316",
           *         "source": "/partitions/0",
           *         "type": "dev.reprise.interaction.play",
           *         "subject": "track-00042",
           *         "datacontenttype": "application/json",
           *         "position": "0:15316",
           *         "data": {
           *           "user": "ada",
           *           "item": "track-00042"
           *         }
           *       }
           *     ]
           */
          'application/cloudevents-batch+json': components['schemas']['ToldCloudEvent'][];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  acceptEvents: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "id": "play-1",
         *       "type": "play",
         *       "user": "ada",
         *       "item": "track-00042",
         *       "recommendationId": "AQgCAQAAAOo7"
         *     }
         */
        'application/json': components['schemas']['Event'] | components['schemas']['Event'][];
        /**
         * @example {
         *       "id": "play-1",
         *       "type": "play",
         *       "user": "ada",
         *       "item": "track-00042",
         *       "recommendationId": "AQgCAQAAAOo7"
         *     }
         */
        'application/x-ndjson': components['schemas']['Event'];
        /**
         * @example {
         *       "specversion": "1.0",
         *       "id": "play-1",
         *       "source": "/shop",
         *       "type": "com.example.play",
         *       "data": {
         *         "user": "ada",
         *         "item": "track-00042",
         *         "recommendationId": "AQgCAQAAAOo7"
         *       }
         *     }
         */
        'application/cloudevents+json': components['schemas']['CloudEvent'];
        /**
         * @example [
         *       {
         *         "specversion": "1.0",
         *         "id": "play-1",
         *         "source": "/shop",
         *         "type": "com.example.play",
         *         "data": {
         *           "user": "ada",
         *           "item": "track-00042",
         *           "recommendationId": "AQgCAQAAAOo7"
         *         }
         *       }
         *     ]
         */
        'application/cloudevents-batch+json': components['schemas']['CloudEvent'][];
        /**
         * @example {
         *       "user": "ada",
         *       "item": "track-00042",
         *       "recommendationId": "AQgCAQAAAOo7"
         *     }
         */
        'application/*+json': components['schemas']['CloudEventData'];
      };
    };
    responses: {
      /** @description The events are durable. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "accepted": 1,
           *       "duplicates": 0,
           *       "positions": [
           *         "0:15316"
           *       ],
           *       "pending": []
           *     }
           */
          'application/json': components['schemas']['Accepted'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      408: components['responses']['Problem408'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  recommend: {
    parameters: {
      query?: {
        n?: number;
        /** @description Waits until the answer includes these positions; repeat it or separate by commas. */
        after?: string[];
        /** @description Answers as the live model would have answered there: a position of the partition that holds the user’s events, or an RFC 3339 time by which events had been appended. */
        asOf?: string;
        /** @description Whether items that the user has seen are left out. */
        exclude?: 'seen' | 'none';
        /** @description Whether each item says why it is there. */
        explain?: 'true' | 'false';
        /** @description The item at hand: an unknown user gets the items similar to it. */
        item?: string;
        /** @description An expression in CEL that has to hold for every item listed: `item.genre == "jazz" && item.year > 1990`. It may look at `item` (what was published, and `id`), `user` (`events`, `seenItems`) and `context`. */
        filter?: string;
        /** @description An expression in CEL whose value multiplies the score of an item: `item.genre == "jazz" ? 2.0 : 1.0`. A score below 0 is divided by it. */
        boost?: string;
        /** @description What expressions find in `context`, each as `context.NAME=VALUE` or `context[NAME]=VALUE`: a number where it is written as one, else text. `hour` (0 to 23) and `weekday` (1, Monday, to 7) in UTC are there without being sent. */
        context?: {
          [key: string]: string;
        };
        /** @description From 0, where the best items are listed, to 1, where each next one is as unlike those before it as can be (maximal marginal relevance). */
        diversity?: number;
        /** @description From 0 to 0.99: the share of its score that an item loses that was shown to the user just now, by an event of type `impression`, and that they did nothing to since. */
        rotation?: number;
        /** @description Seconds after which an impression counts half: 86400 where it is left out. */
        rotationHalfLife?: number;
        /** @description From 0 to 1: the probability with which the answer is a random choice among its best `exploreItems` items, each as likely at each place, and not the best of them. Each item then tells its `propensity`. */
        explore?: number;
        /** @description The best items that chance chooses from, `n` at least: 50 where it is left out. */
        exploreItems?: number;
        /** @description A scenario to obey. Its filter and `filter` both have to hold; what else is given takes the place of its own. */
        scenario?: string;
        /** @description An experiment: the answer is by the arm that the user is in, and counted there. */
        experiment?: string;
      };
      header?: never;
      path: {
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example ada
         */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The best items first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "recommendationId": "AQgCAQAAAOo7",
           *       "basedOn": "user",
           *       "position": [
           *         "0:15337"
           *       ],
           *       "model": "v1",
           *       "search": {
           *         "mode": "exact"
           *       },
           *       "items": [
           *         {
           *           "id": "track-00042",
           *           "score": 0.276206,
           *           "title": "Paper Thread"
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['Recommendation'];
        };
      };
      /** @description The way there is long: poll it, then ask again. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "travelId": "travel-0123456789abcdef",
           *       "state": "running",
           *       "position": [
           *         "0:15337"
           *       ],
           *       "progress": {
           *         "done": 1,
           *         "total": 1
           *       },
           *       "poll": "/v1/travels/travel-1",
           *       "url": "http://127.0.0.1:8233/"
           *     }
           */
          'application/json': components['schemas']['Travel'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
      504: components['responses']['Problem504'];
    };
  };
  similarItems: {
    parameters: {
      query?: {
        n?: number;
        /** @description An expression in CEL that has to hold for every item listed: `item.genre == "jazz" && item.year > 1990`. It may look at `item` (what was published, and `id`), `user` (`events`, `seenItems`) and `context`. */
        filter?: string;
        /** @description An expression in CEL whose value multiplies the score of an item: `item.genre == "jazz" ? 2.0 : 1.0`. A score below 0 is divided by it. */
        boost?: string;
        /** @description What expressions find in `context`, each as `context.NAME=VALUE` or `context[NAME]=VALUE`: a number where it is written as one, else text. `hour` (0 to 23) and `weekday` (1, Monday, to 7) in UTC are there without being sent. */
        context?: {
          [key: string]: string;
        };
        /** @description From 0, where the best items are listed, to 1, where each next one is as unlike those before it as can be (maximal marginal relevance). */
        diversity?: number;
      };
      header?: never;
      path: {
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example track-00042
         */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The most similar items first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "item": "track-00042",
           *       "position": [
           *         "0:15337"
           *       ],
           *       "model": "v1",
           *       "items": [
           *         {
           *           "id": "track-00042",
           *           "score": 0.276206,
           *           "title": "Paper Thread"
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['SimilarItems'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      421: components['responses']['Problem421'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
    };
  };
  popularItems: {
    parameters: {
      query?: {
        n?: number;
        /** @description An expression in CEL that has to hold for every item listed: `item.genre == "jazz" && item.year > 1990`. It may look at `item` (what was published, and `id`), `user` (`events`, `seenItems`) and `context`. */
        filter?: string;
        /** @description An expression in CEL whose value multiplies the score of an item: `item.genre == "jazz" ? 2.0 : 1.0`. A score below 0 is divided by it. */
        boost?: string;
        /** @description What expressions find in `context`, each as `context.NAME=VALUE` or `context[NAME]=VALUE`: a number where it is written as one, else text. `hour` (0 to 23) and `weekday` (1, Monday, to 7) in UTC are there without being sent. */
        context?: {
          [key: string]: string;
        };
        /** @description From 0, where the best items are listed, to 1, where each next one is as unlike those before it as can be (maximal marginal relevance). */
        diversity?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The most popular items first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "position": [
           *         "0:15337"
           *       ],
           *       "items": [
           *         {
           *           "id": "track-00042",
           *           "score": 0.276206,
           *           "title": "Paper Thread"
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['PopularItems'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  getUser: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example ada
         */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The user. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "track-00042",
           *       "events": 15338,
           *       "seenItems": 0,
           *       "lastTime": "2026-01-31T12:00:00.000Z",
           *       "position": [
           *         "0:15337"
           *       ]
           *     }
           */
          'application/json': components['schemas']['User'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
    };
  };
  eraseUser: {
    parameters: {
      query?: {
        /** @description Whether the version without the user is built at once. */
        now?: string;
        /** @description Whether what the journal holds of the user is blanked, too. */
        purge?: string;
      };
      header?: never;
      path: {
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example ada
         */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The user is unknown from now on. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "erasureId": "e1",
           *       "state": "collecting",
           *       "users": 1,
           *       "requestedAt": "2026-01-31T12:00:00.000Z",
           *       "identitiesDestroyed": true,
           *       "url": "http://127.0.0.1:8233/",
           *       "version": "v2",
           *       "parent": "v1",
           *       "events": 15338,
           *       "stateHash": "9f86d081884c7d65"
           *     }
           */
          'application/json': components['schemas']['Erasure'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      421: components['responses']['Problem421'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
      504: components['responses']['Problem504'];
    };
  };
  listScenarios: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The scenarios. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "scenarios": [
           *         {
           *           "scenario": "text",
           *           "definition": {},
           *           "changedAt": "2026-01-31T12:00:00.000Z"
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['Scenarios'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  getScenario: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description The name of a scenario.
         * @example text
         */
        scenario: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The scenario. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "scenario": "text",
           *       "definition": {},
           *       "changedAt": "2026-01-31T12:00:00.000Z"
           *     }
           */
          'application/json': components['schemas']['Scenario'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  setScenario: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description The name of a scenario.
         * @example text
         */
        scenario: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /** @example {} */
        'application/json': components['schemas']['ScenarioDefinition'];
      };
    };
    responses: {
      /** @description It is kept. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "scenario": "text",
           *       "definition": {},
           *       "changedAt": "2026-01-31T12:00:00.000Z"
           *     }
           */
          'application/json': components['schemas']['Scenario'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  removeScenario: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description The name of a scenario.
         * @example text
         */
        scenario: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is gone. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "removed": "text"
           *     }
           */
          'application/json': components['schemas']['RemovedScenario'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  exportUser: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example ada
         */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A line of what was learned, then an event a line, oldest first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/x-ndjson': unknown;
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  listErasures: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The erasures. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "erasures": [
           *         {
           *           "erasureId": "e1",
           *           "state": "collecting",
           *           "users": 1,
           *           "requestedAt": "2026-01-31T12:00:00.000Z",
           *           "identitiesDestroyed": true,
           *           "url": "http://127.0.0.1:8233/",
           *           "version": "v2",
           *           "parent": "v1",
           *           "events": 15338,
           *           "stateHash": "9f86d081884c7d65"
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['Erasures'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  eraseUsers: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "users": [
         *         "ada"
         *       ]
         *     }
         */
        'application/json': components['schemas']['ErasureRequest'];
      };
    };
    responses: {
      /** @description The users are unknown from now on. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "erasureId": "e1",
           *       "state": "collecting",
           *       "users": 1,
           *       "requestedAt": "2026-01-31T12:00:00.000Z",
           *       "identitiesDestroyed": true,
           *       "url": "http://127.0.0.1:8233/",
           *       "version": "v2",
           *       "parent": "v1",
           *       "events": 15338,
           *       "stateHash": "9f86d081884c7d65"
           *     }
           */
          'application/json': components['schemas']['Erasure'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
      504: components['responses']['Problem504'];
    };
  };
  getErasure: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description An erasure: e1, e2 and so on.
         * @example e1
         */
        erasureId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The erasure. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "erasureId": "e1",
           *       "state": "collecting",
           *       "users": 1,
           *       "requestedAt": "2026-01-31T12:00:00.000Z",
           *       "identitiesDestroyed": true,
           *       "url": "http://127.0.0.1:8233/",
           *       "version": "v2",
           *       "parent": "v1",
           *       "events": 15338,
           *       "stateHash": "9f86d081884c7d65"
           *     }
           */
          'application/json': components['schemas']['Erasure'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  getTravel: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description The id of a time travel, as a 202 gave it.
         * @example travel-0123456789abcdef
         */
        travelId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The travel. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "travelId": "travel-0123456789abcdef",
           *       "state": "running",
           *       "position": [
           *         "0:15337"
           *       ],
           *       "progress": {
           *         "done": 1,
           *         "total": 1
           *       },
           *       "poll": "/v1/travels/travel-1",
           *       "url": "http://127.0.0.1:8233/"
           *     }
           */
          'application/json': components['schemas']['Travel'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  listQuarantines: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The quarantines. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "quarantines": [
           *         {
           *           "quarantineId": "q1",
           *           "state": "building",
           *           "inForce": true,
           *           "users": 0,
           *           "events": 15338,
           *           "from": [
           *             "0:15337"
           *           ],
           *           "to": [
           *             "0:15337"
           *           ],
           *           "requestedAt": "2026-01-31T12:00:00.000Z",
           *           "url": "http://127.0.0.1:8233/",
           *           "version": "v2",
           *           "parent": "v1"
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['Quarantines'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  quarantine: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "users": [
         *         "ada"
         *       ]
         *     }
         */
        'application/json': components['schemas']['QuarantineRequest'];
      };
    };
    responses: {
      /** @description The quarantine is set. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "quarantineId": "q1",
           *       "state": "building",
           *       "inForce": true,
           *       "users": 0,
           *       "events": 15338,
           *       "from": [
           *         "0:15337"
           *       ],
           *       "to": [
           *         "0:15337"
           *       ],
           *       "requestedAt": "2026-01-31T12:00:00.000Z",
           *       "url": "http://127.0.0.1:8233/",
           *       "version": "v2",
           *       "parent": "v1"
           *     }
           */
          'application/json': components['schemas']['Quarantine'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
      504: components['responses']['Problem504'];
    };
  };
  getQuarantine: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description A quarantine: q1, q2 and so on.
         * @example q1
         */
        quarantineId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The quarantine. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "quarantineId": "q1",
           *       "state": "building",
           *       "inForce": true,
           *       "users": 0,
           *       "events": 15338,
           *       "from": [
           *         "0:15337"
           *       ],
           *       "to": [
           *         "0:15337"
           *       ],
           *       "requestedAt": "2026-01-31T12:00:00.000Z",
           *       "url": "http://127.0.0.1:8233/",
           *       "version": "v2",
           *       "parent": "v1"
           *     }
           */
          'application/json': components['schemas']['Quarantine'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  liftQuarantine: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description A quarantine: q1, q2 and so on.
         * @example q1
         */
        quarantineId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is being lifted. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "quarantineId": "q1",
           *       "state": "building",
           *       "inForce": true,
           *       "users": 0,
           *       "events": 15338,
           *       "from": [
           *         "0:15337"
           *       ],
           *       "to": [
           *         "0:15337"
           *       ],
           *       "requestedAt": "2026-01-31T12:00:00.000Z",
           *       "url": "http://127.0.0.1:8233/",
           *       "version": "v2",
           *       "parent": "v1"
           *     }
           */
          'application/json': components['schemas']['Quarantine'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
      504: components['responses']['Problem504'];
    };
  };
  getRecommendation: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description The id of a recommendation, as it was answered.
         * @example AQgCAQAAAOo7
         */
        recommendationId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer and its lineage. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "recommendationId": "AQgCAQAAAOo7",
           *       "basedOn": "user",
           *       "user": "ada",
           *       "n": 1,
           *       "exclude": "seen",
           *       "item": "track-00042",
           *       "rules": {},
           *       "experiment": {
           *         "name": "verify",
           *         "arm": "text"
           *       },
           *       "position": [
           *         "0:15337"
           *       ],
           *       "appendedAt": [
           *         "2026-01-31T12:00:00.000Z"
           *       ],
           *       "model": {
           *         "version": "v2",
           *         "learner": "blend",
           *         "parent": "v1",
           *         "start": [
           *           "0:15337"
           *         ]
           *       },
           *       "release": "text",
           *       "verdict": "equal",
           *       "items": [
           *         {
           *           "id": "track-00042",
           *           "score": 0.276206,
           *           "title": "Paper Thread"
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['Lineage'];
        };
      };
      /** @description The way there is long: poll it, then ask again. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "travelId": "travel-0123456789abcdef",
           *       "state": "running",
           *       "position": [
           *         "0:15337"
           *       ],
           *       "progress": {
           *         "done": 1,
           *         "total": 1
           *       },
           *       "poll": "/v1/travels/travel-1",
           *       "url": "http://127.0.0.1:8233/"
           *     }
           */
          'application/json': components['schemas']['Travel'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      421: components['responses']['Problem421'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  verifyRecommendation: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description The id of a recommendation, as it was answered.
         * @example AQgCAQAAAOo7
         */
        recommendationId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The comparison. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "recommendationId": "AQgCAQAAAOo7",
           *       "equal": true,
           *       "verdict": "equal",
           *       "method": "exact",
           *       "expectedHash": "text",
           *       "recomputedHash": "text",
           *       "changedByErasure": true,
           *       "items": [
           *         {
           *           "id": "track-00042",
           *           "score": 0.276206,
           *           "title": "Paper Thread"
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['AnswerProof'];
        };
      };
      /** @description The way there is long: poll it, then ask again. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "travelId": "travel-0123456789abcdef",
           *       "state": "running",
           *       "position": [
           *         "0:15337"
           *       ],
           *       "progress": {
           *         "done": 1,
           *         "total": 1
           *       },
           *       "poll": "/v1/travels/travel-1",
           *       "url": "http://127.0.0.1:8233/"
           *     }
           */
          'application/json': components['schemas']['Travel'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      421: components['responses']['Problem421'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  whatIf: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "user": "ada",
         *       "remove": [
         *         "0:15316"
         *       ],
         *       "item": "track-00042"
         *     }
         */
        'application/json': components['schemas']['WhatIfRequest'];
      };
    };
    responses: {
      /** @description Both answers, and how they differ. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "before": {
           *         "basedOn": "user",
           *         "position": [
           *           "0:15337"
           *         ],
           *         "model": "v1",
           *         "items": [
           *           {
           *             "id": "track-00042",
           *             "score": 0.276206,
           *             "title": "Paper Thread"
           *           }
           *         ]
           *       },
           *       "after": {
           *         "basedOn": "user",
           *         "position": [
           *           "0:15337"
           *         ],
           *         "model": "v1",
           *         "items": [
           *           {
           *             "id": "track-00042",
           *             "score": 0.276206,
           *             "title": "Paper Thread"
           *           }
           *         ]
           *       },
           *       "difference": {
           *         "entered": [
           *           {
           *             "id": "track-00042",
           *             "place": 1,
           *             "score": 0.276206
           *           }
           *         ],
           *         "left": [
           *           {
           *             "id": "track-00042",
           *             "place": 1,
           *             "score": 0.276206
           *           }
           *         ],
           *         "moved": [
           *           {
           *             "id": "track-00042",
           *             "from": 1,
           *             "to": 1,
           *             "scoreBefore": 1,
           *             "scoreAfter": 1
           *           }
           *         ]
           *       }
           *     }
           */
          'application/json': components['schemas']['WhatIf'];
        };
      };
      /** @description The way there is long: poll it, then ask again. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "travelId": "travel-0123456789abcdef",
           *       "state": "running",
           *       "position": [
           *         "0:15337"
           *       ],
           *       "progress": {
           *         "done": 1,
           *         "total": 1
           *       },
           *       "poll": "/v1/travels/travel-1",
           *       "url": "http://127.0.0.1:8233/"
           *     }
           */
          'application/json': components['schemas']['Travel'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  recommendToSession: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "events": [
         *         {
         *           "id": "play-1",
         *           "type": "play",
         *           "item": "track-00042"
         *         }
         *       ]
         *     }
         */
        'application/json': components['schemas']['SessionRequest'];
      };
    };
    responses: {
      /** @description The best items first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "basedOn": "user",
           *       "position": [
           *         "0:15337"
           *       ],
           *       "model": "v1",
           *       "items": [
           *         {
           *           "id": "track-00042",
           *           "score": 0.276206,
           *           "title": "Paper Thread"
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['SessionRecommendation'];
        };
      };
      /** @description The way there is long: poll it, then ask again. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "travelId": "travel-0123456789abcdef",
           *       "state": "running",
           *       "position": [
           *         "0:15337"
           *       ],
           *       "progress": {
           *         "done": 1,
           *         "total": 1
           *       },
           *       "poll": "/v1/travels/travel-1",
           *       "url": "http://127.0.0.1:8233/"
           *     }
           */
          'application/json': components['schemas']['Travel'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  getItem: {
    parameters: {
      query?: {
        /** @description Waits until the answer includes these positions; repeat it or separate by commas. */
        after?: string[];
      };
      header?: never;
      path: {
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example track-00042
         */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The item. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "track-00042",
           *       "metadata": {
           *         "title": "Paper Thread"
           *       },
           *       "position": [
           *         "0:15337"
           *       ]
           *     }
           */
          'application/json': components['schemas']['Item'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
      504: components['responses']['Problem504'];
    };
  };
  publishItem: {
    parameters: {
      query?: {
        /** @description The idempotency key: the same one again changes nothing. Drawn where absent. */
        eventId?: string;
      };
      header?: never;
      path: {
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example track-00042
         */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /** @example {} */
        'application/json': Record<string, unknown>;
      };
    };
    responses: {
      /** @description The item is published. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "positions": [
           *         "0:15316"
           *       ]
           *     }
           */
          'application/json': components['schemas']['Published'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
      504: components['responses']['Problem504'];
    };
  };
  withdrawItem: {
    parameters: {
      query?: {
        /** @description The idempotency key: the same one again changes nothing. Drawn where absent. */
        eventId?: string;
      };
      header?: never;
      path: {
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example track-00042
         */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The item is withdrawn. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "positions": [
           *         "0:15316"
           *       ]
           *     }
           */
          'application/json': components['schemas']['Published'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
      504: components['responses']['Problem504'];
    };
  };
  listDeadLetters: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The newest last. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "refused": 0,
           *       "deadLetters": [
           *         {
           *           "position": "0:15316",
           *           "reason": "text",
           *           "type": "play",
           *           "item": "track-00042",
           *           "time": "2026-01-31T12:00:00.000Z"
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['DeadLetters'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
    };
  };
  listModels: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The versions. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "live": "v1",
           *       "models": [
           *         {
           *           "version": "v2",
           *           "live": true,
           *           "learner": "blend",
           *           "start": [
           *             "0:15337"
           *           ]
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['Models'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
    };
  };
  startTraining: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /** @example {} */
        'application/json': components['schemas']['TrainingRequest'];
      };
    };
    responses: {
      /** @description The run has started. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "workflowId": "train-1",
           *       "url": "http://127.0.0.1:8233/"
           *     }
           */
          'application/json': components['schemas']['StartedRun'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      409: components['responses']['Problem409'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  getTrainingRun: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description The id of a durable run, as given when it was started.
         * @example train-1
         */
        workflowId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The run. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "workflowId": "train-1",
           *       "url": "http://127.0.0.1:8233/",
           *       "state": "running"
           *     }
           */
          'application/json': components['schemas']['RunState'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  startIndexBuild: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "version": "v2"
         *     }
         */
        'application/json': components['schemas']['IndexReleaseRequest'];
      };
    };
    responses: {
      /** @description The run has started. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "workflowId": "train-1",
           *       "url": "http://127.0.0.1:8233/"
           *     }
           */
          'application/json': components['schemas']['StartedRun'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      409: components['responses']['Problem409'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  getIndexRelease: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description The id of a durable run, as given when it was started.
         * @example train-1
         */
        workflowId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The run. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "workflowId": "train-1",
           *       "url": "http://127.0.0.1:8233/",
           *       "state": "running"
           *     }
           */
          'application/json': components['schemas']['RunState'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  promoteModel: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description A model version.
         * @example v2
         */
        version: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /** @example {} */
        'application/json': components['schemas']['PromotionRequest'];
      };
    };
    responses: {
      /** @description Every partition answers by it. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "version": "v2",
           *       "previous": "v1",
           *       "positions": [
           *         "0:15316"
           *       ],
           *       "switchMs": 1
           *     }
           */
          'application/json': components['schemas']['Promotion'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
      504: components['responses']['Problem504'];
    };
  };
  rollbackModel: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description A model version.
         * @example v2
         */
        version: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /** @example {} */
        'application/json': Record<string, unknown>;
      };
    };
    responses: {
      /** @description Every partition answers by the version before. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "version": "v2",
           *       "previous": "v1",
           *       "positions": [
           *         "0:15316"
           *       ],
           *       "switchMs": 1
           *     }
           */
          'application/json': components['schemas']['Promotion'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
      504: components['responses']['Problem504'];
    };
  };
  compareModels: {
    parameters: {
      query: {
        /**
         * @description A model version.
         * @example v1
         */
        a: string;
        /**
         * @description A model version.
         * @example v2
         */
        b: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The comparison. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "a": "v1",
           *       "b": "v2",
           *       "positions": {
           *         "a": [
           *           "0:15337"
           *         ],
           *         "b": [
           *           "0:15337"
           *         ]
           *       },
           *       "method": "text",
           *       "cohorts": [
           *         {
           *           "cohort": "all",
           *           "events": 15338,
           *           "recall10": {
           *             "a": 1,
           *             "b": 1,
           *             "difference": 1,
           *             "low": 1,
           *             "high": 1
           *           },
           *           "mrr10": {
           *             "a": 1,
           *             "b": 1,
           *             "difference": 1,
           *             "low": 1,
           *             "high": 1
           *           }
           *         }
           *       ],
           *       "overlap10": {
           *         "users": 0,
           *         "mean": 1,
           *         "histogram": [
           *           0
           *         ]
           *       },
           *       "drift": {
           *         "items": 10000,
           *         "alignment": 1
           *       },
           *       "stream": [
           *         {
           *           "events": 15338,
           *           "a": 1,
           *           "b": 1
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['Comparison'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      421: components['responses']['Problem421'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  startBackfill: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "name": "verify",
         *       "model": "v1"
         *     }
         */
        'application/json': components['schemas']['BackfillRequest'];
      };
    };
    responses: {
      /** @description The run has started. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "workflowId": "train-1",
           *       "url": "http://127.0.0.1:8233/"
           *     }
           */
          'application/json': components['schemas']['StartedRun'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  getBackfill: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description The id of a durable run, as given when it was started.
         * @example train-1
         */
        workflowId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The run. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "workflowId": "train-1",
           *       "url": "http://127.0.0.1:8233/",
           *       "state": "running"
           *     }
           */
          'application/json': components['schemas']['RunState'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  pauseBackfill: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description The id of a durable run, as given when it was started.
         * @example train-1
         */
        workflowId: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /** @example {} */
        'application/json': Record<string, unknown>;
      };
    };
    responses: {
      /** @description The run is told. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "workflowId": "train-1",
           *       "url": "http://127.0.0.1:8233/",
           *       "state": "running"
           *     }
           */
          'application/json': components['schemas']['RunState'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  resumeBackfill: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description The id of a durable run, as given when it was started.
         * @example train-1
         */
        workflowId: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /** @example {} */
        'application/json': Record<string, unknown>;
      };
    };
    responses: {
      /** @description The run is told. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "workflowId": "train-1",
           *       "url": "http://127.0.0.1:8233/",
           *       "state": "running"
           *     }
           */
          'application/json': components['schemas']['RunState'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  cancelBackfill: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description The id of a durable run, as given when it was started.
         * @example train-1
         */
        workflowId: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /** @example {} */
        'application/json': Record<string, unknown>;
      };
    };
    responses: {
      /** @description The run is told. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "workflowId": "train-1",
           *       "url": "http://127.0.0.1:8233/",
           *       "state": "running"
           *     }
           */
          'application/json': components['schemas']['RunState'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  getMetrics: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Every metric. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/plain': unknown;
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  getPrequential: {
    parameters: {
      query?: {
        /** @description How many of the newest sampled events count. */
        window?: number;
        /** @description A model version. */
        model?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The figures by version. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "share": 0.01,
           *       "window": -9007199254740991,
           *       "models": [
           *         {
           *           "version": "v2",
           *           "sampled": 0,
           *           "events": 15338,
           *           "recall": {
           *             "10": 0.25
           *           },
           *           "precision": {
           *             "10": 0.025
           *           },
           *           "mrr": {
           *             "10": 0.125
           *           }
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['Prequential'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  getClickThrough: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The counts. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "since": "2026-01-31T12:00:00.000Z",
           *       "complete": true,
           *       "rows": [
           *         {
           *           "model": "v1",
           *           "scenario": "text",
           *           "impressions": 0,
           *           "clicked": 0,
           *           "clicks": 0,
           *           "dismissals": 0,
           *           "rate": 1
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['ClickThrough'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  getExperiment: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description The name of an experiment.
         * @example text
         */
        experiment: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The figures. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "experiment": "text",
           *       "startedAt": "2026-01-31T12:00:00.000Z",
           *       "effect": 1,
           *       "full": true,
           *       "uncounted": "text",
           *       "arms": [
           *         {
           *           "name": "verify",
           *           "share": 0.01,
           *           "scenario": "text",
           *           "version": "v2",
           *           "users": 0,
           *           "answers": 0,
           *           "clicked": 0,
           *           "rate": 1,
           *           "comparison": {
           *             "difference": 1,
           *             "low": 1,
           *             "high": 1,
           *             "pValue": 1,
           *             "verdict": "better"
           *           }
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['Experiment'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  putExperiment: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description The name of an experiment.
         * @example text
         */
        experiment: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "arms": [
         *         {
         *           "name": "plain",
         *           "share": 0.5
         *         },
         *         {
         *           "name": "bold",
         *           "share": 0.5
         *         }
         *       ]
         *     }
         */
        'application/json': components['schemas']['ExperimentRequest'];
      };
    };
    responses: {
      /** @description The experiment runs. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "experiment": "text",
           *       "startedAt": "2026-01-31T12:00:00.000Z",
           *       "effect": 1,
           *       "full": true,
           *       "uncounted": "text",
           *       "arms": [
           *         {
           *           "name": "verify",
           *           "share": 0.01,
           *           "scenario": "text",
           *           "version": "v2",
           *           "users": 0,
           *           "answers": 0,
           *           "clicked": 0,
           *           "rate": 1,
           *           "comparison": {
           *             "difference": 1,
           *             "low": 1,
           *             "high": 1,
           *             "pValue": 1,
           *             "verdict": "better"
           *           }
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['Experiment'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      409: components['responses']['Problem409'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  endExperiment: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description The name of an experiment.
         * @example text
         */
        experiment: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The last figures. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "experiment": "text",
           *       "startedAt": "2026-01-31T12:00:00.000Z",
           *       "effect": 1,
           *       "full": true,
           *       "uncounted": "text",
           *       "arms": [
           *         {
           *           "name": "verify",
           *           "share": 0.01,
           *           "scenario": "text",
           *           "version": "v2",
           *           "users": 0,
           *           "answers": 0,
           *           "clicked": 0,
           *           "rate": 1,
           *           "comparison": {
           *             "difference": 1,
           *             "low": 1,
           *             "high": 1,
           *             "pValue": 1,
           *             "verdict": "better"
           *           }
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['Experiment'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  listExperiments: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The experiments. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "experiments": [
           *         {
           *           "experiment": "text",
           *           "startedAt": "2026-01-31T12:00:00.000Z",
           *           "effect": 1,
           *           "full": true,
           *           "uncounted": "text",
           *           "arms": [
           *             {
           *               "name": "verify",
           *               "share": 0.01,
           *               "scenario": "text",
           *               "version": "v2",
           *               "users": 0,
           *               "answers": 0,
           *               "clicked": 0,
           *               "rate": 1,
           *               "comparison": {
           *                 "difference": 1,
           *                 "low": 1,
           *                 "high": 1,
           *                 "pValue": 1,
           *                 "verdict": "better"
           *               }
           *             }
           *           ]
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['Experiments'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  exportExplorations: {
    parameters: {
      query?: {
        /** @description Tells the answers that were asked by this scenario only. */
        scenario?: string;
        /** @description The scenario that is evaluated, leaving nothing to chance; the rules of each answer itself where it is left out. */
        target?: string;
        /** @description Events that name answers count from this moment of their appending on, RFC 3339. */
        from?: string;
        /** @description The same, up to this moment. */
        to?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A line an item that was shown, answer by answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/x-ndjson': unknown;
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  getStateHash: {
    parameters: {
      query?: {
        /** @description A model version. */
        version?: string;
        /** @description Waits until the answer includes these positions; repeat it or separate by commas. */
        after?: string[];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The hash. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "version": "v2",
           *       "hash": "9f86d081884c7d65",
           *       "positions": [
           *         "0:15337"
           *       ],
           *       "events": 15338,
           *       "users": 0,
           *       "items": 10000
           *     }
           */
          'application/json': components['schemas']['StateHash'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
      504: components['responses']['Problem504'];
    };
  };
  exportEvents: {
    parameters: {
      query?: {
        /** @description Waits until the answer includes these positions; repeat it or separate by commas. */
        after?: string[];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One event a line, with its position. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/x-ndjson': unknown;
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
    };
  };
  verify: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "model": "v1"
         *     }
         */
        'application/json': components['schemas']['VerifyRequest'];
      };
    };
    responses: {
      /** @description The comparison. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "equal": true,
           *       "version": "v2",
           *       "hash": "9f86d081884c7d65",
           *       "live": "v1",
           *       "positions": [
           *         "0:15337"
           *       ],
           *       "events": 15338,
           *       "differing": [
           *         0
           *       ],
           *       "workflowId": "train-1",
           *       "url": "http://127.0.0.1:8233/"
           *     }
           */
          'application/json': components['schemas']['VerifyReport'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  rebuildProjections: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "projections": []
         *     }
         */
        'application/json': {
          /**
           * @description The projections to drop and fold again; all when none is named.
           * @default []
           */
          projections?: string[];
        };
      };
    };
    responses: {
      /** @description They are rebuilt. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "projections": [
           *         "users"
           *       ],
           *       "positions": [
           *         "0:15337"
           *       ],
           *       "events": 15338
           *     }
           */
          'application/json': components['schemas']['RebuildReport'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      409: components['responses']['Problem409'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  listSchedules: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Every schedule. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "schedules": [
           *         {
           *           "name": "verify",
           *           "state": "on",
           *           "when": "text",
           *           "variable": "text",
           *           "workflow": "text",
           *           "note": "text",
           *           "url": "http://127.0.0.1:8233/",
           *           "nextRun": "2026-01-31T12:00:00.000Z",
           *           "lastRun": {
           *             "at": "2026-01-31T12:00:00.000Z",
           *             "workflowId": "train-1",
           *             "url": "http://127.0.0.1:8233/",
           *             "state": "running"
           *           },
           *           "runs": 0,
           *           "skipped": 0,
           *           "missed": 0
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['Schedules'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  pauseSchedule: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @example verify */
        name: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /** @example {} */
        'application/json': Record<string, unknown>;
      };
    };
    responses: {
      /** @description How it stands now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "name": "verify",
           *       "state": "on",
           *       "when": "text",
           *       "variable": "text",
           *       "workflow": "text",
           *       "note": "text",
           *       "url": "http://127.0.0.1:8233/",
           *       "nextRun": "2026-01-31T12:00:00.000Z",
           *       "lastRun": {
           *         "at": "2026-01-31T12:00:00.000Z",
           *         "workflowId": "train-1",
           *         "url": "http://127.0.0.1:8233/",
           *         "state": "running"
           *       },
           *       "runs": 0,
           *       "skipped": 0,
           *       "missed": 0
           *     }
           */
          'application/json': components['schemas']['Schedule'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  resumeSchedule: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @example verify */
        name: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /** @example {} */
        'application/json': Record<string, unknown>;
      };
    };
    responses: {
      /** @description How it stands now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "name": "verify",
           *       "state": "on",
           *       "when": "text",
           *       "variable": "text",
           *       "workflow": "text",
           *       "note": "text",
           *       "url": "http://127.0.0.1:8233/",
           *       "nextRun": "2026-01-31T12:00:00.000Z",
           *       "lastRun": {
           *         "at": "2026-01-31T12:00:00.000Z",
           *         "workflowId": "train-1",
           *         "url": "http://127.0.0.1:8233/",
           *         "state": "running"
           *       },
           *       "runs": 0,
           *       "skipped": 0,
           *       "missed": 0
           *     }
           */
          'application/json': components['schemas']['Schedule'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  triggerSchedule: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @example verify */
        name: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /** @example {} */
        'application/json': Record<string, unknown>;
      };
    };
    responses: {
      /** @description How it stands now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "name": "verify",
           *       "state": "on",
           *       "when": "text",
           *       "variable": "text",
           *       "workflow": "text",
           *       "note": "text",
           *       "url": "http://127.0.0.1:8233/",
           *       "nextRun": "2026-01-31T12:00:00.000Z",
           *       "lastRun": {
           *         "at": "2026-01-31T12:00:00.000Z",
           *         "workflowId": "train-1",
           *         "url": "http://127.0.0.1:8233/",
           *         "state": "running"
           *       },
           *       "runs": 0,
           *       "skipped": 0,
           *       "missed": 0
           *     }
           */
          'application/json': components['schemas']['Schedule'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  listSpaces: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Every space. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "spaces": [
           *         {
           *           "name": "verify",
           *           "state": "starting",
           *           "restarts": 0,
           *           "why": "text",
           *           "since": "2026-01-31T12:00:00.000Z"
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['Spaces'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
    };
  };
  getStatus: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The status. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "release": "0.1.0",
           *       "profile": "embedded",
           *       "partitions": 1,
           *       "uptimeSeconds": 1,
           *       "residentBytes": 1,
           *       "awaited": [],
           *       "journal": {
           *         "heads": [
           *           "0:15337"
           *         ],
           *         "bytes": 1,
           *         "full": true
           *       },
           *       "model": {
           *         "version": "v2",
           *         "learner": "blend",
           *         "positions": [
           *           "0:15337"
           *         ]
           *       },
           *       "replay": {
           *         "leased": true,
           *         "behind": 0
           *       },
           *       "projections": [
           *         {
           *           "name": "verify",
           *           "positions": [
           *             "0:15337"
           *           ]
           *         }
           *       ],
           *       "search": {
           *         "mode": "exact"
           *       },
           *       "counts": {
           *         "events": 15338,
           *         "users": 0,
           *         "items": 10000,
           *         "refused": 0
           *       },
           *       "parts": [
           *         {
           *           "name": "verify",
           *           "on": true
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['Status'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
    };
  };
  isLive: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It serves. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "live": true
           *     }
           */
          'application/json': {
            /** @constant */
            live: true;
          };
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
    };
  };
  isReady: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is ready. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "ready": true,
           *       "awaited": []
           *     }
           */
          'application/json': components['schemas']['Ready'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  searchItems: {
    parameters: {
      query: {
        /**
         * @description Words of a title, or the beginnings of such; or an item’s id.
         * @example paper
         */
        query: string;
        n?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Those that fit best first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "id": "track-00042",
           *           "title": "Paper Thread",
           *           "met": true,
           *           "attributes": {}
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['ItemList'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
    };
  };
  lookUpItems: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "ids": [
         *         "track-00042"
         *       ]
         *     }
         */
        'application/json': components['schemas']['ItemLookup'];
      };
    };
    responses: {
      /** @description In the order of the ids. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "id": "track-00042",
           *           "title": "Paper Thread",
           *           "met": true,
           *           "attributes": {}
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['ItemList'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
    };
  };
  listUsers: {
    parameters: {
      query?: {
        n?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The newest first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "users": [
           *         {
           *           "id": "track-00042",
           *           "lastTime": "2026-01-31T12:00:00.000Z"
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['UserList'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  listUserEvents: {
    parameters: {
      query?: {
        n?: number;
      };
      header?: never;
      path: {
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example ada
         */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The newest first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "user": "ada",
           *       "events": [
           *         {
           *           "position": "0:15316",
           *           "type": "play",
           *           "item": "track-00042",
           *           "time": "2026-01-31T12:00:00.000Z"
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['UserEvents'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  listRuns: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Those under way first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "runs": [
           *         {
           *           "kind": "training",
           *           "workflowId": "train-1",
           *           "url": "http://127.0.0.1:8233/",
           *           "state": "running",
           *           "startedAt": "2026-01-31T12:00:00.000Z"
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['RunList'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  gorseListFeedback: {
    parameters: {
      query?: {
        n?: number;
        /** @description The Cursor of the page before. */
        cursor?: string;
        /** @description The same, as the TypeScript client writes it. */
        Cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The oldest first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "Cursor": "text",
           *       "Feedback": [
           *         {
           *           "FeedbackType": "text",
           *           "UserId": "text",
           *           "ItemId": "text",
           *           "Timestamp": "text",
           *           "Comment": "text"
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['GorseFeedbackList'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  gorseUpsertFeedback: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example [
         *       {
         *         "FeedbackType": "like",
         *         "UserId": "ada",
         *         "ItemId": "track-00042"
         *       }
         *     ]
         */
        'application/json': components['schemas']['GorseFeedback'][];
      };
    };
    responses: {
      /** @description It is durable. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "RowAffected": 1
           *     }
           */
          'application/json': components['schemas']['GorseSuccess'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      408: components['responses']['Problem408'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  gorseInsertFeedback: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example [
         *       {
         *         "FeedbackType": "like",
         *         "UserId": "ada",
         *         "ItemId": "track-00042"
         *       }
         *     ]
         */
        'application/json': components['schemas']['GorseFeedback'][];
      };
    };
    responses: {
      /** @description It is durable. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "RowAffected": 1
           *     }
           */
          'application/json': components['schemas']['GorseSuccess'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      408: components['responses']['Problem408'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  gorseUserFeedback: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example ada
         */
        userId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The newest first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example [
           *       {
           *         "FeedbackType": "text",
           *         "UserId": "text",
           *         "ItemId": "text",
           *         "Timestamp": "text",
           *         "Comment": "text"
           *       }
           *     ]
           */
          'application/json': components['schemas']['GorseKnownFeedback'][];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  gorseUserFeedbackByType: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example ada
         */
        userId: string;
        /** @example like */
        feedbackType: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The newest first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example [
           *       {
           *         "FeedbackType": "text",
           *         "UserId": "text",
           *         "ItemId": "text",
           *         "Timestamp": "text",
           *         "Comment": "text"
           *       }
           *     ]
           */
          'application/json': components['schemas']['GorseKnownFeedback'][];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  gorseFeedbackBetween: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example ada
         */
        userId: string;
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example track-00042
         */
        itemId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The newest first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example [
           *       {
           *         "FeedbackType": "text",
           *         "UserId": "text",
           *         "ItemId": "text",
           *         "Timestamp": "text",
           *         "Comment": "text"
           *       }
           *     ]
           */
          'application/json': components['schemas']['GorseKnownFeedback'][];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  gorseGetFeedback: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @example like */
        feedbackType: string;
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example ada
         */
        userId: string;
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example track-00042
         */
        itemId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It, or an empty object. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "FeedbackType": "text",
           *       "UserId": "text",
           *       "ItemId": "text",
           *       "Timestamp": "text",
           *       "Comment": "text"
           *     }
           */
          'application/json': components['schemas']['GorseKnownFeedback'] | Record<string, unknown>;
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  gorseListFeedbackByType: {
    parameters: {
      query?: {
        n?: number;
        /** @description The Cursor of the page before. */
        cursor?: string;
        /** @description The same, as the TypeScript client writes it. */
        Cursor?: string;
      };
      header?: never;
      path: {
        /** @example like */
        feedbackType: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The oldest first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "Cursor": "text",
           *       "Feedback": [
           *         {
           *           "FeedbackType": "text",
           *           "UserId": "text",
           *           "ItemId": "text",
           *           "Timestamp": "text",
           *           "Comment": "text"
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['GorseFeedbackList'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  gorseItemFeedback: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example track-00042
         */
        itemId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The newest first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example [
           *       {
           *         "FeedbackType": "text",
           *         "UserId": "text",
           *         "ItemId": "text",
           *         "Timestamp": "text",
           *         "Comment": "text"
           *       }
           *     ]
           */
          'application/json': components['schemas']['GorseKnownFeedback'][];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  gorseItemFeedbackByType: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example track-00042
         */
        itemId: string;
        /** @example like */
        feedbackType: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The newest first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example [
           *       {
           *         "FeedbackType": "text",
           *         "UserId": "text",
           *         "ItemId": "text",
           *         "Timestamp": "text",
           *         "Comment": "text"
           *       }
           *     ]
           */
          'application/json': components['schemas']['GorseKnownFeedback'][];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  gorseRecommend: {
    parameters: {
      query?: {
        n?: number;
        /** @description How many of the best are left out; with n at most 100. */
        offset?: number;
        /** @description Only items of this category. */
        category?: string;
      };
      header?: never;
      path: {
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example ada
         */
        userId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The best first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example [
           *       "text"
           *     ]
           */
          'application/json': string[] | components['schemas']['GorseScore'][];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
      504: components['responses']['Problem504'];
    };
  };
  gorseRecommendOf: {
    parameters: {
      query?: {
        n?: number;
        /** @description How many of the best are left out; with n at most 100. */
        offset?: number;
        /** @description Only items of this category. */
        category?: string;
      };
      header?: never;
      path: {
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example ada
         */
        userId: string;
        /**
         * @description Only items of this category; all where it is empty.
         * @example jazz
         */
        category: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The best first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example [
           *       "text"
           *     ]
           */
          'application/json': string[] | components['schemas']['GorseScore'][];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
      504: components['responses']['Problem504'];
    };
  };
  gorseNeighbors: {
    parameters: {
      query?: {
        n?: number;
        /** @description How many of the best are left out; with n at most 100. */
        offset?: number;
        /** @description Only items of this category. */
        category?: string;
      };
      header?: never;
      path: {
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example track-00042
         */
        itemId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The best first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example [
           *       {
           *         "Id": "track-00042",
           *         "Score": 1
           *       }
           *     ]
           */
          'application/json': components['schemas']['GorseScore'][];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
      504: components['responses']['Problem504'];
    };
  };
  gorseNeighborsOf: {
    parameters: {
      query?: {
        n?: number;
        /** @description How many of the best are left out; with n at most 100. */
        offset?: number;
        /** @description Only items of this category. */
        category?: string;
      };
      header?: never;
      path: {
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example track-00042
         */
        itemId: string;
        /**
         * @description Only items of this category; all where it is empty.
         * @example jazz
         */
        category: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The best first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example [
           *       {
           *         "Id": "track-00042",
           *         "Score": 1
           *       }
           *     ]
           */
          'application/json': components['schemas']['GorseScore'][];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
      504: components['responses']['Problem504'];
    };
  };
  gorsePopular: {
    parameters: {
      query?: {
        n?: number;
        /** @description How many of the best are left out; with n at most 100. */
        offset?: number;
        /** @description Only items of this category. */
        category?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The best first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example [
           *       {
           *         "Id": "track-00042",
           *         "Score": 1
           *       }
           *     ]
           */
          'application/json': components['schemas']['GorseScore'][];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
      504: components['responses']['Problem504'];
    };
  };
  gorsePopularOf: {
    parameters: {
      query?: {
        n?: number;
        /** @description How many of the best are left out; with n at most 100. */
        offset?: number;
        /** @description Only items of this category. */
        category?: string;
      };
      header?: never;
      path: {
        /**
         * @description Only items of this category; all where it is empty.
         * @example jazz
         */
        category: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The best first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example [
           *       {
           *         "Id": "track-00042",
           *         "Score": 1
           *       }
           *     ]
           */
          'application/json': components['schemas']['GorseScore'][];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
      504: components['responses']['Problem504'];
    };
  };
  gorseLatest: {
    parameters: {
      query?: {
        n?: number;
        /** @description How many of the best are left out; with n at most 100. */
        offset?: number;
        /** @description Only items of this category. */
        category?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The newest first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example [
           *       {
           *         "Id": "track-00042",
           *         "Score": 1
           *       }
           *     ]
           */
          'application/json': components['schemas']['GorseScore'][];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  gorseLatestOf: {
    parameters: {
      query?: {
        n?: number;
        /** @description How many of the best are left out; with n at most 100. */
        offset?: number;
        /** @description Only items of this category. */
        category?: string;
      };
      header?: never;
      path: {
        /**
         * @description Only items of this category; all where it is empty.
         * @example jazz
         */
        category: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The newest first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example [
           *       {
           *         "Id": "track-00042",
           *         "Score": 1
           *       }
           *     ]
           */
          'application/json': components['schemas']['GorseScore'][];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  gorseSessionRecommend: {
    parameters: {
      query?: {
        n?: number;
        /** @description How many of the best are left out; with n at most 100. */
        offset?: number;
        /** @description Only items of this category. */
        category?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example [
         *       {
         *         "FeedbackType": "like",
         *         "ItemId": "track-00042"
         *       }
         *     ]
         */
        'application/json': {
          /** @example like */
          FeedbackType: string;
          UserId?: string;
          /**
           * @description 1 to 256 bytes of valid UTF-8 without NUL.
           * @example track-00042
           */
          ItemId: string;
          Value?: number;
          /** @description When it happened; the server’s clock where absent. */
          Timestamp?: string | '';
          Comment?: string;
        }[];
      };
    };
    responses: {
      /** @description The best first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example [
           *       {
           *         "Id": "track-00042",
           *         "Score": 1
           *       }
           *     ]
           */
          'application/json': components['schemas']['GorseScore'][];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  gorseSessionRecommendOf: {
    parameters: {
      query?: {
        n?: number;
        /** @description How many of the best are left out; with n at most 100. */
        offset?: number;
        /** @description Only items of this category. */
        category?: string;
      };
      header?: never;
      path: {
        /**
         * @description Only items of this category; all where it is empty.
         * @example jazz
         */
        category: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example [
         *       {
         *         "FeedbackType": "like",
         *         "ItemId": "track-00042"
         *       }
         *     ]
         */
        'application/json': {
          /** @example like */
          FeedbackType: string;
          UserId?: string;
          /**
           * @description 1 to 256 bytes of valid UTF-8 without NUL.
           * @example track-00042
           */
          ItemId: string;
          Value?: number;
          /** @description When it happened; the server’s clock where absent. */
          Timestamp?: string | '';
          Comment?: string;
        }[];
      };
    };
    responses: {
      /** @description The best first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example [
           *       {
           *         "Id": "track-00042",
           *         "Score": 1
           *       }
           *     ]
           */
          'application/json': components['schemas']['GorseScore'][];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  gorseInsertItem: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "ItemId": "track-00042",
         *       "Comment": "Paper Thread"
         *     }
         */
        'application/json': components['schemas']['GorseItem'];
      };
    };
    responses: {
      /** @description It is durable. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "RowAffected": 1
           *     }
           */
          'application/json': components['schemas']['GorseSuccess'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
      504: components['responses']['Problem504'];
    };
  };
  gorseSearchItems: {
    parameters: {
      query: {
        n?: number;
        /** @example paper */
        q: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Those that fit best. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "Cursor": "text",
           *       "Items": [
           *         {
           *           "ItemId": "text",
           *           "IsHidden": true,
           *           "Categories": [
           *             "text"
           *           ],
           *           "Labels": "text",
           *           "Timestamp": "text",
           *           "Comment": "text"
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['GorseItemList'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
    };
  };
  gorseInsertItems: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example [
         *       {
         *         "ItemId": "track-00042",
         *         "Comment": "Paper Thread"
         *       }
         *     ]
         */
        'application/json': components['schemas']['GorseItem'][];
      };
    };
    responses: {
      /** @description It is durable. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "RowAffected": 1
           *     }
           */
          'application/json': components['schemas']['GorseSuccess'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
      504: components['responses']['Problem504'];
    };
  };
  gorseGetItem: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example track-00042
         */
        itemId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The item. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "ItemId": "text",
           *       "IsHidden": true,
           *       "Categories": [
           *         "text"
           *       ],
           *       "Labels": "text",
           *       "Timestamp": "text",
           *       "Comment": "text"
           *     }
           */
          'application/json': components['schemas']['GorseKnownItem'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
      504: components['responses']['Problem504'];
    };
  };
  gorseDeleteItem: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example track-00042
         */
        itemId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is durable. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "RowAffected": 1
           *     }
           */
          'application/json': components['schemas']['GorseSuccess'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
      504: components['responses']['Problem504'];
    };
  };
  gorseUpdateItem: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example track-00042
         */
        itemId: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "Comment": "Paper Thread"
         *     }
         */
        'application/json': components['schemas']['GorseItemPatch'];
      };
    };
    responses: {
      /** @description It is durable. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "RowAffected": 1
           *     }
           */
          'application/json': components['schemas']['GorseSuccess'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
      504: components['responses']['Problem504'];
    };
  };
  gorseInsertItemCategory: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example track-00042
         */
        itemId: string;
        /** @example jazz */
        category: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is durable. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "RowAffected": 1
           *     }
           */
          'application/json': components['schemas']['GorseSuccess'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
      504: components['responses']['Problem504'];
    };
  };
  gorseDeleteItemCategory: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example track-00042
         */
        itemId: string;
        /** @example jazz */
        category: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is durable. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "RowAffected": 1
           *     }
           */
          'application/json': components['schemas']['GorseSuccess'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
      504: components['responses']['Problem504'];
    };
  };
  gorseInsertUser: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "UserId": "ada"
         *     }
         */
        'application/json': components['schemas']['GorseUser'];
      };
    };
    responses: {
      /** @description It has the right form. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "RowAffected": 1
           *     }
           */
          'application/json': components['schemas']['GorseSuccess'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
    };
  };
  gorseGetUsers: {
    parameters: {
      query?: {
        n?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The newest first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "Cursor": "text",
           *       "Users": [
           *         {
           *           "UserId": "text",
           *           "Labels": null,
           *           "Comment": "text"
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['GorseUserList'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  gorseInsertUsers: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example [
         *       {
         *         "UserId": "ada"
         *       }
         *     ]
         */
        'application/json': components['schemas']['GorseUser'][];
      };
    };
    responses: {
      /** @description It has the right form. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "RowAffected": 1
           *     }
           */
          'application/json': components['schemas']['GorseSuccess'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
    };
  };
  gorseGetUser: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example ada
         */
        userId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The user. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "UserId": "text",
           *       "Labels": null,
           *       "Comment": "text"
           *     }
           */
          'application/json': components['schemas']['GorseKnownUser'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
    };
  };
  gorseDeleteUser: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example ada
         */
        userId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description They are unknown from now on. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "RowAffected": 1
           *     }
           */
          'application/json': components['schemas']['GorseSuccess'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      421: components['responses']['Problem421'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
      504: components['responses']['Problem504'];
    };
  };
  gorseUpdateUser: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example ada
         */
        userId: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "UserId": "ada"
         *     }
         */
        'application/json': components['schemas']['GorseUserPatch'];
      };
    };
    responses: {
      /** @description It has the right form. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "RowAffected": 1
           *     }
           */
          'application/json': components['schemas']['GorseSuccess'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
    };
  };
  gorseUserNeighbors: {
    parameters: {
      query?: {
        n?: number;
        /** @description How many of the best are left out; with n at most 100. */
        offset?: number;
      };
      header?: never;
      path: {
        /**
         * @description 1 to 256 bytes of valid UTF-8 without NUL.
         * @example ada
         */
        userId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The nearest first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example [
           *       {
           *         "Id": "track-00042",
           *         "Score": 1
           *       }
           *     ]
           */
          'application/json': components['schemas']['GorseScore'][];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  gorseIsLive: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description How it stands. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "Ready": true,
           *       "DataStoreConnected": true,
           *       "CacheStoreConnected": true
           *     }
           */
          'application/json': components['schemas']['GorseHealth'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
    };
  };
  gorseIsReady: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description How it stands. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "Ready": true,
           *       "DataStoreConnected": true,
           *       "CacheStoreConnected": true
           *     }
           */
          'application/json': components['schemas']['GorseHealth'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  followLive: {
    parameters: {
      query?: {
        /** @description Tells, too, when events of this user arrive. */
        user?: string;
        /** @description Tells, too, how this travel goes on. */
        travel?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Server-sent events: history, sample (LiveSample), models (Models), runs (RunList), user, travel (Travel), end. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/event-stream': unknown;
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
    };
  };
  getHome: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description To /docs. */
      302: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
    };
  };
  getOpenApi: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The document. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': unknown;
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
    };
  };
  getDocs: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The page. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/html': unknown;
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      421: components['responses']['Problem421'];
      429: components['responses']['Problem429'];
      500: components['responses']['Problem500'];
    };
  };
}
