import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a span may take to come, on a machine that is busy. */
const spanMsMax = 60_000;

/** A span as a collector is sent it. */
export interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  /** `service.name` of who sent it. */
  readonly service: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** A collector of traces. */
export interface Collector {
  readonly url: string;
  readonly spans: readonly SentSpan[];
  /** Resolves when a span of this name and trace came; it fails where none does, and says what came. */
  span(name: string, traceId: string): Promise<SentSpan>;
  close(): void;
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<SentSpan, 'facts' | 'service'> & {
        readonly attributes: readonly Attribute[];
      })[];
    }[];
  }[];
}

/** Takes spans over OTLP and HTTP on a free port of the loopback. */
export async function collectTraces(): Promise<Collector> {
  const spans: SentSpan[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      if (request.url === '/v1/traces') spans.push(...spansOf(JSON.parse(body) as Sent));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    spans,
    async span(name, traceId) {
      const endMs = performance.now() + spanMsMax;
      for (;;) {
        const found = spans.find((one) => one.name === name && one.traceId === traceId);
        if (found !== undefined) return found;
        const came = spans.map((one) => `${one.service}: ${one.name} of ${one.traceId}`);
        if (performance.now() > endMs) throw new Error(`no ${name}, but ${came.join('; ')}`);
        await sleep(20);
      }
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function spansOf({ resourceSpans }: Sent): readonly SentSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(factsOf(resource.attributes)['service.name']);
    return scopeSpans
      .flatMap(({ spans }) => spans)
      .map(({ attributes, ...span }) => ({ ...span, service, facts: factsOf(attributes) }));
  });
}

function factsOf(attributes: readonly Attribute[]): SentSpan['facts'] {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
