import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { Ajv } from 'ajv';
import type { AnySchemaObject } from 'ajv';

import { CLUSTER_PROCESSES } from '../../processes/config/cluster-process.ts';
import { SEARCH_ATTRIBUTES } from '../../workflows/messages.ts';
import { temporaryFolder } from '../adapters/temporary-folder.ts';
import { root } from '../docs/markdown.ts';
import {
  composeText,
  exampleVariables,
  filledVariables,
  readCompose,
  variablesTaken,
} from './compose-file.ts';
import { assertStarts, imageVariables, isPinned } from './environments.ts';

const compose = readCompose(filledVariables());
const services = Object.entries(compose.services);
const ours = services.filter(([name]) => CLUSTER_PROCESSES.some((one) => one === name));
const lasting = services.filter(([, { restart }]) => restart !== 'no');
const dockerfile = readFileSync(join(root, 'deploy', 'Dockerfile'), 'utf8');

const namesOf = (list: readonly (readonly [string, unknown])[]): readonly string[] =>
  list.map(([name]) => name);

describe('docker-compose.yml', () => {
  it('is valid by the schema of the Compose specification', () => {
    const linter = dirname(createRequire(import.meta.url).resolve('dclint/package.json'));
    const text = readFileSync(join(linter, 'schemas', 'compose.schema.json'), 'utf8');
    // The draft is named by an address that Ajv does not know as the one it speaks.
    const { $schema: _, ...schema } = JSON.parse(text) as AnySchemaObject;
    const ajv = new Ajv({ strict: false, allErrors: true });
    ajv.addFormat('duration', /^(\d+(us|ms|s|m|h))+$/);
    ajv.addFormat('ports', true).addFormat('expose', true).addFormat('subnet_ip_address', true);
    const isValid = ajv.compile(schema);
    assert.ok(isValid(compose), ajv.errorsText(isValid.errors, { separator: '\n' }));
  });

  it('is taken by `docker compose config`, where there is that client', async (t) => {
    const client = ['docker compose', 'docker-compose']
      .map((command) => command.split(' '))
      .find(([name = '', ...args]) => spawnSync(name, [...args, 'version']).status === 0);
    if (client === undefined) {
      t.diagnostic('NOT checked by Compose itself: this machine has no client of it');
      return;
    }
    const [name = '', ...args] = client;
    const file = join(await temporaryFolder(), 'env');
    writeFileSync(file, [...filledVariables()].map(([key, value]) => `${key}=${value}\n`).join(''));
    const { status, stderr } = spawnSync(name, [...args, '--env-file', file, 'config', '--quiet'], {
      cwd: root,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
  });

  it('has the five processes and everything that they need', () => {
    assert.deepEqual(namesOf(ours), [...CLUSTER_PROCESSES]);
    const servers = ['kafka', 'mongo', 'redis', 'temporal', 'temporal-ui', 'temporal-database'];
    for (const name of [...servers, 'graphite', 'prometheus', 'grafana']) {
      assert.ok(name in compose.services, name);
    }
  });

  for (const [name, { environment, command }] of ours) {
    it(`gives ${name} an environment that its configuration takes`, () => {
      assert.deepEqual(command, ['start', '--only', name]);
      const own = Object.entries(environment ?? {}).map(([key, value]) => [key, String(value)]);
      assertStarts(name, {
        ...imageVariables(dockerfile),
        ...(Object.fromEntries(own) as Record<string, string>),
      });
    });
  }

  it('runs our processes without rights: no root, no capability, nothing to write but what is named', () => {
    for (const [name, service] of ours) {
      assert.match(service.user ?? '', /^[1-9]\d*:[1-9]\d*$/, name);
      assert.equal(service.read_only, true, name);
      assert.deepEqual(service.cap_drop, ['ALL'], name);
      assert.ok(
        service.tmpfs?.some((one) => one.startsWith('/tmp')),
        name,
      );
    }
    for (const [name, { security_opt }] of services) {
      assert.deepEqual(security_opt, ['no-new-privileges:true'], name);
    }
  });

  it('pins every version', () => {
    const images = [...services.map(([, { image }]) => image), ...basesOf(dockerfile)];
    assert.deepEqual(
      images.filter((image) => !isPinned(image)),
      [],
    );
  });

  it('bounds what every container may take', () => {
    for (const [name, { deploy }] of services) {
      const limits = deploy?.resources.limits ?? {};
      for (const what of ['cpus', 'memory', 'pids']) assert.ok(what in limits, `${name}: ${what}`);
    }
  });

  it('knows of every server whether it serves, and waits for it', () => {
    for (const [name, { healthcheck }] of lasting) {
      const checked = healthcheck !== undefined || ours.some(([one]) => one === name);
      assert.ok(checked, `${name} has no healthcheck`);
    }
    for (const [name, { depends_on = {} }] of services) {
      for (const [other, { condition }] of Object.entries(depends_on)) {
        const once = compose.services[other]?.restart === 'no';
        const wanted = once ? 'service_completed_successfully' : 'service_healthy';
        assert.equal(condition, wanted, `${name} waits for ${other}`);
      }
    }
    for (const [, { depends_on = {} }] of ours) {
      const awaited = ['kafka-set-up', 'mongo-set-up', 'redis', 'temporal-set-up'];
      assert.deepEqual(Object.keys(depends_on).sort(), awaited);
    }
  });

  it('publishes on the loopback alone unless it is told otherwise', () => {
    const asIs = readCompose(new Map());
    for (const [name, { ports = [] }] of Object.entries(asIs.services)) {
      for (const one of ports) assert.match(one, /^127\.0\.0\.1:\d+:\d+$/, name);
    }
    const published = services.filter(([, { ports = [] }]) => ports.length > 0);
    assert.deepEqual(namesOf(published).toSorted(), [
      'api',
      'grafana',
      'prometheus',
      'temporal-ui',
    ]);
  });

  it('names networks, volumes and files that are there', () => {
    for (const [name, { networks = [], volumes = [] }] of services) {
      for (const network of networks) assert.ok(network in compose.networks, `${name}: ${network}`);
      for (const [source = ''] of volumes.map((one) => one.split(':'))) {
        const there = source.startsWith('.')
          ? existsSync(join(root, source))
          : source in compose.volumes;
        assert.ok(there, `${name}: ${source}`);
      }
    }
  });

  it('makes every search attribute that the workflows set', () => {
    const types: Readonly<Record<string, string>> = {
      KEYWORD: 'Keyword',
      INT: 'Int',
      DOUBLE: 'Double',
    };
    for (const { name, type } of SEARCH_ATTRIBUTES) {
      assert.ok(composeText.includes(`--name ${name} --type ${String(types[type])}`), name);
    }
  });

  it('makes the topic with the partitions that the processes expect', () => {
    const { command = [], environment } = { ...compose.services['kafka-set-up'] };
    const partitions = String(compose.services['ingest']?.environment?.['REPRISE_PARTITIONS']);
    const topic = String(compose.services['ingest']?.environment?.['REPRISE_KAFKA_TOPIC']);
    assert.ok(command.includes(`--partitions=${partitions}`));
    assert.ok(command.includes(`--topic=${topic}`));
    assert.ok(environment !== undefined);
  });
});

describe('.env.example', () => {
  const example = exampleVariables();
  const taken = variablesTaken();

  it('has every variable that the Compose file takes, and no other', () => {
    assert.deepEqual([...example.keys()].sort(), [...new Set(namesOf(taken))].sort());
  });

  it('leaves exactly what must be set empty, and the rest as the Compose file has it', () => {
    for (const [name, otherwise] of taken) {
      const value = example.get(name) ?? '';
      if (otherwise.startsWith(':?')) assert.equal(value, '', name);
      else assert.equal(`:-${value}`, otherwise, name);
    }
  });

  it('is ignored by git and by the image once it is filled in', () => {
    for (const file of ['.gitignore', '.dockerignore']) {
      assert.ok(readFileSync(join(root, file), 'utf8').split('\n').includes('.env'), file);
    }
  });
});

function basesOf(text: string): readonly string[] {
  return [...text.matchAll(/^FROM (\S+)/gm)].map(([, base = '']) => base);
}
