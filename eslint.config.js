import { builtinModules } from 'node:module';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Rooms whose code is a pure function of its arguments. */
const pureRooms = ['events', 'model', 'actors', 'projections'];

/** Rooms that run where no builtin of Node may be named: Temporal's sandbox, and the actors. */
const builtinFreeRooms = ['workflows', 'actors'];

const filesOf = (rooms) => rooms.map((room) => `${room}/**/*.ts`);

const builtins = builtinModules.filter((name) => !name.startsWith('_'));

const limits = {
  'max-lines': ['error', { max: 400 }],
  'max-lines-per-function': ['error', { max: 70 }],
};

const plainRules = {
  eqeqeq: 'error',
  'no-console': 'error',
  'no-var': 'error',
  'no-empty': 'error',
  'no-fallthrough': 'error',
  'no-constant-binary-expression': 'error',
  'no-self-compare': 'error',
  'no-template-curly-in-string': 'error',
  'no-unreachable-loop': 'error',
  'object-shorthand': 'error',
  'prefer-const': 'error',
};

const typedRules = {
  '@typescript-eslint/no-floating-promises': [
    'error',
    {
      allowForKnownSafeCalls: [
        {
          from: 'package',
          package: 'node:test',
          name: ['test', 'describe', 'it', 'suite', 'before', 'after', 'beforeEach', 'afterEach'],
        },
      ],
    },
  ],
  '@typescript-eslint/switch-exhaustiveness-check': [
    'error',
    { considerDefaultExhaustiveForUnions: true },
  ],
  // An index that is known to be in range is asserted by `as`: the other form (`!`) is banned.
  '@typescript-eslint/non-nullable-type-assertion-style': 'off',
  // A native package that is loaded late is typed by `typeof import(…)`.
  '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
  '@typescript-eslint/consistent-type-exports': 'error',
  '@typescript-eslint/explicit-module-boundary-types': 'error',
  '@typescript-eslint/restrict-template-expressions': [
    'error',
    { allowNumber: true, allowBoolean: true },
  ],
  '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
  '@typescript-eslint/no-unused-vars': [
    'error',
    { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' },
  ],
  'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true } }],
};

export default defineConfig(
  globalIgnores([
    'node_modules/',
    '.build/',
    '.native/',
    'dist/',
    'data/',
    'model/kernel/assembly/',
    'clients/typescript/src/schema.ts',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error', noInlineConfig: true } },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: { ...plainRules, ...limits, ...typedRules },
  },
  {
    files: ['**/*.mjs', '**/*.cjs', '**/*.js', 'bin/reprise'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: { ecmaVersion: 2023, sourceType: 'module' },
    rules: {
      ...plainRules,
      ...limits,
      'no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  { files: ['**/*.cjs'], languageOptions: { sourceType: 'commonjs' } },
  {
    files: filesOf(pureRooms),
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'take the clock as an argument' },
        { object: 'Math', property: 'random', message: 'draw from the event key (counter-based)' },
        { object: 'performance', property: 'now', message: 'take the clock as an argument' },
      ],
    },
  },
  {
    files: filesOf(builtinFreeRooms),
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: builtins.map((name) => ({
            name,
            message: 'this room runs without Node builtins',
          })),
          patterns: [{ group: ['node:*'], message: 'this room runs without Node builtins' }],
        },
      ],
    },
  },
  {
    // The page runs in a browser: what Node has besides is not there.
    files: ['web/**/*.ts', 'web/**/*.tsx'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['Buffer', 'process', 'global', 'setImmediate', 'clearImmediate', 'require'].map(
          (name) => ({ name, message: 'a browser has no such thing' }),
        ),
      ],
      'no-restricted-properties': [
        'error',
        ...['innerHTML', 'outerHTML', 'dangerouslySetInnerHTML'].map((property) => ({
          property,
          message: 'titles are shown as text',
        })),
      ],
    },
  },
  {
    files: ['processes/**', 'scripts/**', 'benchmarks/**', 'bin/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // A suite is one function that reads as a list of tests; each test is short in itself.
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
);
