/**
 * The servers of the cluster profile without Docker, on free ports of the loopback, from what the machine has
 * or what the package registries give; without dependencies, words on standard error. `scripts/stack --help`.
 */
import { parseArgs } from 'node:util';
import { createProgress } from '../setup/progress.mjs';
import { endChildren, StepError } from '../setup/run.mjs';
import { serverOf, servers, usualNames } from './catalogue.mjs';
import { hold, requireKeeper } from './hold.mjs';
import { changing, down, envOf, openStack, statusOf, stop, up, wipe } from './operations.mjs';

const help = `scripts/stack COMMAND [NAME …]

  up [NAME …]     start what doesn't run, wait until it answers, print env
                  (without names: ${usualNames.join(' ')}; --all: everything)
  down            end everything that up started; data and ports stay
  status          say how each server stands (--json)
  env             print KEY=value lines of what runs: export $(scripts/stack env)
  stop NAME …     end servers, as an operator would
  kill NAME …     kill servers (SIGKILL), as a power cut would
  start NAME …    start servers again on the ports they had
  wipe            down, and remove data, ports and logs
  hold [NAME …]   up; then down when standard input closes (--temporary: and remove the folder)

  --NAME-port N   the port of a server: ${servers.flatMap(({ ports }) => ports).join(', ')}
  --mongo-memory  the stand-in for MongoDB keeps its data in memory: faster, lost when it ends
  --held          only in a stack that hold keeps
  STACK_DIR       the stack's folder; .stack in the checkout where it isn't set
`;

const portNames = servers.flatMap(({ ports }) => ports);

const options = {
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
  all: { type: 'boolean' },
  held: { type: 'boolean' },
  temporary: { type: 'boolean' },
  'mongo-memory': { type: 'boolean' },
  ...Object.fromEntries(portNames.map((name) => [`${name}-port`, { type: 'string' }])),
};

const commands = {
  async up(stack, { names, values }) {
    const wishes = wishesOf(names, values);
    await changing(stack, async () => {
      if (values.held) requireKeeper(stack.folder);
      await up(stack, wishes);
    });
    printEnv(stack);
  },
  async down(stack) {
    await changing(stack, () => down(stack));
  },
  async status(stack, { values }) {
    const status = await statusOf(stack);
    if (values.json) console.log(JSON.stringify(status, null, 2));
    else if (status.length === 0) console.log('nothing was started here: scripts/stack up');
    for (const server of values.json ? [] : status) console.log(sentenceOf(server));
  },
  async env(stack) {
    printEnv(stack);
  },
  async start(stack, { names }) {
    const wishes = { names: named(names), mustKeep: true };
    await changing(stack, () => up(stack, wishes));
  },
  async stop(stack, { names }) {
    await changing(stack, () => stop(stack, { names: named(names), force: false }));
  },
  async kill(stack, { names }) {
    await changing(stack, () => stop(stack, { names: named(names), force: true }));
  },
  async wipe(stack) {
    await changing(stack, () => wipe(stack));
  },
};

function wishesOf(names, values) {
  const usual = values.all ? servers.map(({ name }) => name) : usualNames;
  const ports = portNames.flatMap((name) => {
    const value = values[`${name}-port`];
    return value === undefined ? [] : [[name, portOf(name, value)]];
  });
  return {
    names: names.length > 0 ? named(names) : usual,
    ports: Object.fromEntries(ports),
    options: values['mongo-memory'] ? { mongo: { memory: true } } : {},
  };
}

function named(names) {
  if (names.length === 0) {
    const remedy = `name one or more of ${servers.map(({ name }) => name).join(', ')}`;
    throw new StepError('which server?', { remedy });
  }
  return [...new Set(names.map((name) => serverOf(name).name))];
}

function portOf(name, value) {
  const port = Number(value);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new StepError(`--${name}-port ${value} is no port`, { remedy: 'give one from 1 to 65535' });
}

function printEnv(stack) {
  const lines = envOf(stack);
  if (lines.length > 0) console.log(lines.join('\n'));
  else throw new StepError('nothing runs here', { remedy: 'scripts/stack up' });
}

function sentenceOf({ name, state, version, how, ports, keepsData, note }) {
  const where = Object.entries(ports).map(([port, number]) => `${port} 127.0.0.1:${number}`);
  const keeping = keepsData ? 'keeps its data' : 'loses its data when it ends';
  const words = [`${version}, ${how}`, where.join(', '), keeping, ...(note === null ? [] : [note])];
  return `${name.padEnd(10)} ${state.padEnd(8)} ${words.join('; ')}`;
}

async function main(args) {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const [command, ...names] = positionals;
  if (values.help || command === undefined) {
    console.log(help);
    return;
  }
  const progress = createProgress({ title: 'stack' });
  try {
    if (command === 'hold') {
      const wishes = { ...wishesOf(names, values), names: names.length > 0 ? named(names) : [] };
      await hold({ ...wishes, isTemporary: values.temporary === true, progress });
    } else {
      await change(command, names, values, progress);
    }
  } finally {
    progress.close();
  }
}

async function change(command, names, values, progress) {
  if (!Object.hasOwn(commands, command)) {
    throw new StepError(`there is no command ${command}`, { remedy: 'see scripts/stack --help' });
  }
  // What fetches and compiles ends with this command; servers that were started stay, and `down` ends them.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => {
      endChildren().finally(() => process.kill(process.pid, signal));
    });
  }
  if (values.held) requireKeeper(process.env.STACK_DIR ?? '');
  await commands[command](openStack({ progress }), { names, values });
}

main(process.argv.slice(2)).catch((error) => {
  console.error(`stack ✗ ${error.message}`);
  if (error.remedy !== undefined) console.error(`  remedy: ${error.remedy}`);
  process.exitCode = 1;
});
