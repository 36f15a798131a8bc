import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Deployment } from 'kubernetes-types/apps/v1.d.ts';
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2.d.ts';
import type { Container } from 'kubernetes-types/core/v1.d.ts';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.d.ts';
import { parseAllDocuments } from 'yaml';

import { CLUSTER_PROCESSES } from '../../processes/config/cluster-process.ts';
import { root } from '../docs/markdown.ts';
import { assertStarts, imageVariables, isPinned, standIn } from './environments.ts';
import { shapeFaults } from './kubernetes-types.ts';
import { KUBERNETES, manifestsOf, readKustomization, readVariables } from './manifests.ts';
import type { Manifest } from './manifests.ts';

const base = readKustomization(join(KUBERNETES, 'base'));
const lag = readKustomization(join(KUBERNETES, 'components', 'lag'));
const overlay = readKustomization(join(KUBERNETES, 'overlays', 'example'));
const all = [base, lag, overlay];
const manifests = all.flatMap(manifestsOf);

const ofKind = (kind: string, from: readonly Manifest[] = manifests): readonly unknown[] =>
  from.filter((one) => one.kind === kind);

const deployments = ofKind('Deployment') as readonly Deployment[];
const config = readVariables(join(KUBERNETES, 'base', 'config.env'));

function containerOf(deployment: Deployment): Container {
  const containers = deployment.spec?.template.spec?.containers ?? [];
  assert.equal(containers.length, 1);
  return containers[0] as Container;
}

describe('the Kubernetes manifests', () => {
  it('have the shapes that Kubernetes publishes, without a field too many', () => {
    assert.deepEqual(shapeFaults(manifests), []);
  });

  it('are checked by shapes that find a slip', () => {
    const [first] = deployments;
    const slip = { ...first, spec: { ...first?.spec, replica: 2 } } as unknown as Manifest;
    assert.match(
      shapeFaults([slip]).join('\n'),
      /replica.* does not exist in type 'DeploymentSpec'/,
    );
  });

  it('name files that are there, and leave none out', () => {
    const named = all.flatMap((one) => one.named);
    assert.deepEqual(
      named.filter((path) => !existsSync(join(root, path))),
      [],
    );
    for (const { folder } of all) {
      const files = readdirSync(join(root, folder)).filter((name) => name !== 'kustomization.yaml');
      const unnamed = files.filter((name) => !named.includes(join(folder, name)));
      assert.deepEqual(unnamed, [], folder);
    }
  });

  it('are put together by kustomize, where there is kubectl', (t) => {
    const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', overlay.folder], {
      cwd: root,
      encoding: 'utf8',
    });
    if (status === null) {
      t.diagnostic('NOT put together by kustomize: this machine has no kubectl');
      return;
    }
    assert.equal(status, 0, stderr);
    const built = parseAllDocuments(stdout).map((one) => one.toJS() as Manifest);
    assert.deepEqual(shapeFaults(built), []);
    for (const one of ofKind('Deployment', built) as readonly Deployment[]) {
      const { image = '', envFrom } = containerOf(one);
      assert.match(image, /^registry\.example\.com\/reprise:\d/);
      assert.match(envFrom?.[0]?.configMapRef?.name ?? '', /^reprise-\w{10}$/);
      const scaled = /-(ingest|worker)$/.test(one.metadata?.name ?? '');
      assert.equal(one.spec?.replicas === undefined, scaled, 'a scaler sets the number of pods');
    }
  });

  it('run the five processes', () => {
    const names = deployments.map(({ metadata }) => metadata?.name);
    assert.deepEqual(
      names,
      CLUSTER_PROCESSES.map((name) => `reprise-${name}`),
    );
  });

  for (const name of CLUSTER_PROCESSES) {
    const deployment = deployments.find((one) => one.metadata?.name === `reprise-${name}`) ?? {};

    it(`give ${name} an environment that its configuration takes`, () => {
      const { env = [], args } = containerOf(deployment);
      assert.deepEqual(args, ['start', '--only', name]);
      const dockerfile = readFileSync(join(root, 'deploy', 'Dockerfile'), 'utf8');
      const secret = env.filter(({ valueFrom }) => valueFrom !== undefined);
      const secrets = secret.map((one) => [one.name, standIn(one.name)]);
      for (const changes of [{}, readVariables(join(overlay.folder, 'config.env'))]) {
        assertStarts(name, {
          ...imageVariables(dockerfile),
          ...config,
          ...changes,
          ...(Object.fromEntries(secrets) as Record<string, string>),
        });
      }
      const kept = Object.keys(readVariables(join(overlay.folder, 'secrets.example.env')));
      for (const { valueFrom } of secret) {
        assert.ok(kept.includes(valueFrom?.secretKeyRef?.key ?? ''), 'a key of the example');
      }
    });

    it(`give ${name} no rights`, () => {
      const pod = deployment.spec?.template.spec;
      const container = containerOf(deployment);
      assert.equal(pod?.automountServiceAccountToken, false);
      assert.equal(pod.serviceAccountName, 'reprise');
      assert.equal(pod.enableServiceLinks, false);
      assert.equal(pod.securityContext?.runAsNonRoot, true);
      assert.equal(pod.securityContext.seccompProfile?.type, 'RuntimeDefault');
      assert.equal(container.securityContext?.readOnlyRootFilesystem, true);
      assert.equal(container.securityContext.allowPrivilegeEscalation, false);
      assert.deepEqual(container.securityContext.capabilities?.drop, ['ALL']);
    });

    it(`probe ${name}, bound it and spread it`, () => {
      const pod = deployment.spec?.template.spec;
      const container = containerOf(deployment);
      assert.ok(isPinned(container.image ?? ''));
      for (const probe of [container.startupProbe, container.livenessProbe]) {
        assert.equal(probe?.httpGet?.path, '/health/live');
      }
      assert.equal(container.readinessProbe?.httpGet?.path, '/health/ready');
      for (const what of ['cpu', 'memory']) {
        assert.ok(container.resources?.limits?.[what], what);
        assert.ok(container.resources.requests?.[what], what);
      }
      assert.ok(pod?.volumes?.every(({ emptyDir }) => !emptyDir || emptyDir.sizeLimit));
      assert.equal(pod?.topologySpreadConstraints?.length, 1);
      assert.ok((pod.terminationGracePeriodSeconds ?? 0) >= 15, 'longer than an orderly end');
    });
  }

  it('let a drain take one pod of each at a time', () => {
    const budgets = ofKind('PodDisruptionBudget') as readonly PodDisruptionBudget[];
    for (const name of CLUSTER_PROCESSES) {
      const budget = budgets.find((one) => one.metadata?.name === `reprise-${name}`);
      assert.equal(budget?.spec?.maxUnavailable, 1, name);
      const labels = budget.spec.selector?.matchLabels?.['app.kubernetes.io/component'];
      assert.equal(labels, name);
    }
  });

  it('scale the API by its load, ingest and workers by lag up to the partitions', () => {
    const [api] = ofKind('HorizontalPodAutoscaler') as readonly HorizontalPodAutoscaler[];
    assert.equal(api?.spec?.scaleTargetRef.name, 'reprise-api');
    interface Scaled {
      readonly spec: {
        readonly maxReplicaCount: number;
        readonly triggers: readonly { readonly metadata: Readonly<Record<string, string>> }[];
      };
    }
    for (const { spec } of ofKind('ScaledObject') as readonly Scaled[]) {
      assert.equal(String(spec.maxReplicaCount), config['REPRISE_PARTITIONS']);
      assert.equal(spec.triggers[0]?.metadata['topic'], config['REPRISE_KAFKA_TOPIC']);
    }
    assert.equal(ofKind('ScaledObject').length, 2);
  });

  it('keep example secrets from being used: a start refuses them', () => {
    const secrets = readVariables(join(overlay.folder, 'secrets.example.env'));
    for (const value of Object.values(secrets)) assert.equal(value, 'replace-me');
    const ignored = readFileSync(join(root, '.gitignore'), 'utf8').split('\n');
    assert.ok(ignored.includes('secrets.env'));
  });
});
