import { join } from 'node:path';
import ts from 'typescript';
import { root } from '../docs/markdown.ts';
import type { Manifest } from './manifests.ts';

/** Where the shape of a kind is declared: the module of `kubernetes-types`, or a declaration of our own. */
const SHAPES: Readonly<Record<string, string>> = {
  'v1/ConfigMap': 'kubernetes-types/core/v1',
  'v1/Namespace': 'kubernetes-types/core/v1',
  'v1/PersistentVolumeClaim': 'kubernetes-types/core/v1',
  'v1/Secret': 'kubernetes-types/core/v1',
  'v1/Service': 'kubernetes-types/core/v1',
  'v1/ServiceAccount': 'kubernetes-types/core/v1',
  'apps/v1/Deployment': 'kubernetes-types/apps/v1',
  'autoscaling/v2/HorizontalPodAutoscaler': 'kubernetes-types/autoscaling/v2',
  'networking.k8s.io/v1/NetworkPolicy': 'kubernetes-types/networking/v1',
  'policy/v1/PodDisruptionBudget': 'kubernetes-types/policy/v1',
};

/** KEDA's own kind, as far as we use it: no package of types has it for the Node versions that we run on. */
const SCALED_OBJECT = `{
  apiVersion: 'keda.sh/v1alpha1'; kind: 'ScaledObject'; metadata: { name: string; namespace?: string };
  spec: {
    scaleTargetRef: { name: string }; minReplicaCount: number; maxReplicaCount: number;
    pollingInterval: number; cooldownPeriod: number;
    triggers: { type: string; metricType?: 'Utilization' | 'AverageValue'; metadata: Record<string, string> }[];
  };
}`;

/** Checks manifests against the published types, as literals: a field too many is a fault too. Returns what is wrong. */
export function shapeFaults(manifests: readonly Manifest[]): readonly string[] {
  const name = join(root, 'test', 'deploy', 'manifests-as-literals.ts');
  const text = manifests.map(declarationOf).join('\n');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  };
  const host = ts.createCompilerHost(options);
  const read = host.readFile.bind(host);
  const exists = host.fileExists.bind(host);
  const source = host.getSourceFile.bind(host);
  host.readFile = (path) => (path === name ? text : read(path));
  host.fileExists = (path) => path === name || exists(path);
  host.getSourceFile = (path, ...rest) =>
    path === name ? ts.createSourceFile(path, text, ts.ScriptTarget.ES2023) : source(path, ...rest);
  const program = ts.createProgram([name], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

function declarationOf(manifest: Manifest, index: number): string {
  const { apiVersion, kind } = manifest;
  const shape = `${apiVersion}/${kind}`;
  const literal = JSON.stringify(manifest);
  const constant = `export const manifest${String(index)}`;
  if (kind === 'ScaledObject') return `${constant}: ${SCALED_OBJECT} = ${literal};`;
  const module = SHAPES[shape];
  if (module === undefined) throw new Error(`no shape is known for ${shape}: name its module`);
  return `${constant}: import('${module}.d.ts').${kind} = ${literal};`;
}
