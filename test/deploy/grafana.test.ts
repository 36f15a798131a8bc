import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';

import { CLUSTER_PROCESSES } from '../../processes/config/cluster-process.ts';
import { clusterVariables } from '../../processes/config/cluster-variables.ts';
import { root } from '../docs/markdown.ts';
import { readCompose } from './compose-file.ts';

const read = (...path: readonly string[]): unknown =>
  parse(readFileSync(join(root, 'deploy', ...path), 'utf8'));

interface Sources {
  readonly datasources: readonly { readonly type: string; readonly url: string }[];
}

interface Scraped {
  readonly scrape_configs: readonly {
    readonly job_name: string;
    readonly dns_sd_configs?: readonly {
      readonly names: readonly string[];
      readonly port: number;
    }[];
  }[];
}

test('Grafana has the sources that Compose runs', () => {
  const { datasources } = read('grafana', 'provisioning', 'datasources', 'sources.yml') as Sources;
  const { services } = readCompose(new Map());
  assert.deepEqual(
    datasources.map(({ type }) => type),
    ['prometheus', 'graphite'],
  );
  for (const { url } of datasources) assert.ok(new URL(url).hostname in services, url);
});

test('Prometheus reads every process at its probe', () => {
  const { scrape_configs } = read('prometheus', 'prometheus.yml') as Scraped;
  const [place] =
    scrape_configs.find(({ job_name }) => job_name === 'reprise')?.dns_sd_configs ?? [];
  assert.deepEqual(place?.names, [...CLUSTER_PROCESSES]);
  assert.equal(place.port, clusterVariables.REPRISE_PROBE_PORT.parse(undefined));
});
