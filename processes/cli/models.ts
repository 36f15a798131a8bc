import type { Models } from '../../api/schema/answers.ts';
import type { CommandSpec } from './command.ts';
import { table } from './table.ts';

type Model = Models['models'][number];

/** `models`: lists the model versions and how they stand. */
export const modelsCommand: CommandSpec<object> = {
  name: 'models',
  summary: 'list the model versions: names, settings, where they stand and how well they foresee',
  async run(context) {
    const models = await context.withClient(({ http }) => http.json<Models>('GET', '/v1/models'), {
      durable: 'off',
    });
    context.output.result(models, describe(models));
    return undefined;
  },
};

function describe({ models }: Models): string[] {
  return table(
    [
      'version',
      'names',
      'learner',
      'dims',
      'parent',
      'start',
      'order',
      'position',
      'recall@10',
      'mrr@10',
      'of',
    ],
    models.map((model) => [
      model.version,
      (model.aliases ?? (model.live ? ['live'] : [])).join(' '),
      model.learner,
      textOf(model['dimensions']),
      textOf(model['parent']),
      model.start.join(' '),
      model.timeOrderedTo === undefined ? 'journal' : 'time',
      model.positions?.join(' ') ?? 'not held',
      ...figuresOf(model),
    ]),
  );
}

function figuresOf({ prequential }: Model): readonly string[] {
  if (prequential === null || prequential === undefined) return ['', '', '0'];
  const { events, recall10, mrr10 } = prequential;
  return [recall10.toFixed(4), mrr10.toFixed(4), String(events)];
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
