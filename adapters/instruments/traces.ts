import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import type { Context, Link, Span as OtelSpan, Tracer } from '@opentelemetry/api';
import { ExportResultCode, parseTraceParent } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Span, SpanStart, Traces } from '../../activities/traces.ts';

/** Spans that wait to be sent; those past it are dropped. */
export const waitingSpansMax = 4_096;
/** Spans that are sent at a time. */
const BATCH_SPANS_MAX = 512;
/** How long spans are gathered. */
const GATHER_MS_MAX = 1_000;
/** How long the collector may take to take spans in. */
export const exportMsMax = 5_000;
/** How long spans that wait are tried to be sent at the end. */
export const lastExportMsMax = 1_500;

/** Where spans are sent, and as what. */
export interface TracesOptions {
  /** The address of an OTLP collector over HTTP, without `/v1/traces`. */
  readonly endpoint: string;
  readonly service: string;
  readonly release: string;
  /** Told when spans could not be sent. */
  readonly onTrouble: (error: Error) => void;
}

/** Traces that are sent over OTLP. */
export interface OtlpTraces extends Traces {
  /** Sends what waits, within a bound, and ends. */
  close(): Promise<void>;
}

/**
 * Sends spans to a collector in the background. Nothing of OpenTelemetry is registered for the whole process, and no
 * context manager is: its hooks would slow every promise down. Which spans are kept is for `OTEL_TRACES_SAMPLER`.
 */
export function createTraces(options: TracesOptions): OtlpTraces {
  const { endpoint, service, release, onTrouble } = options;
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  const exporter = telling(new OTLPTraceExporter({ url, timeoutMillis: exportMsMax }), onTrouble);
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.version': release }),
    spanProcessors: [
      new BatchSpanProcessor(exporter, {
        maxQueueSize: waitingSpansMax,
        maxExportBatchSize: BATCH_SPANS_MAX,
        scheduledDelayMillis: GATHER_MS_MAX,
        exportTimeoutMillis: exportMsMax,
      }),
    ],
  });
  const tracer = provider.getTracer('reprise', release);
  return {
    begin: (start) => new KeptSpan(tracer, start),
    close: () => within(provider.shutdown(), lastExportMsMax),
  };
}

const KINDS = {
  server: SpanKind.SERVER,
  internal: SpanKind.INTERNAL,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

class KeptSpan implements Span {
  readonly traceId: string;
  readonly traceparent: string;
  readonly isSampled: boolean;
  readonly #span: OtelSpan;

  constructor(tracer: Tracer, { name, kind, parent, links, beganMs, facts }: SpanStart) {
    this.#span = tracer.startSpan(
      name,
      {
        kind: KINDS[kind ?? 'internal'],
        ...(links !== undefined && { links: links.flatMap(linkTo) }),
        ...(facts !== undefined && { attributes: facts }),
        ...(beganMs !== undefined && { startTime: beganMs }),
      },
      contextOf(parent),
    );
    const { traceId, spanId, traceFlags } = this.#span.spanContext();
    this.traceId = traceId;
    this.isSampled = (traceFlags & TraceFlags.SAMPLED) !== 0;
    this.traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  }

  tell(facts: NonNullable<SpanStart['facts']>): void {
    this.#span.setAttributes(facts);
  }

  end({ failed = false, endedMs }: Parameters<Span['end']>[0] = {}): void {
    if (failed) this.#span.setStatus({ code: SpanStatusCode.ERROR });
    this.#span.end(endedMs);
  }
}

function linkTo(traceparent: string): readonly Link[] {
  const context = parseTraceParent(traceparent);
  return context === null ? [] : [{ context }];
}

function contextOf(traceparent: string | undefined): Context {
  const parent = traceparent === undefined ? null : parseTraceParent(traceparent);
  return parent === null
    ? ROOT_CONTEXT
    : trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true });
}

/** Tells of batches that did not arrive. */
function telling(exporter: SpanExporter, onTrouble: (error: Error) => void): SpanExporter {
  return {
    export: (spans, done) => {
      exporter.export(spans, (result) => {
        if (result.code === ExportResultCode.FAILED) {
          onTrouble(result.error ?? new Error('the collector did not take the spans'));
        }
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}

async function within(work: Promise<void>, msMax: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, msMax);
  });
  // What is lost at the end was told of already where it failed.
  await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer);
}
