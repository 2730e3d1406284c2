import { importX } from 'eslint-plugin-import-x'
import neostandard from 'neostandard'
import tseslint from 'typescript-eslint'
import { boundaries } from './eslint.boundaries.js'

const TS = ['**/*.ts']
const PRODUCT = ['src/**/*.ts', 'adapters/**/*.ts']

/** Entries of `no-restricted-syntax`. A later block replaces an earlier one whole, so each block lists all that hold. */
const FORM = [
  { selector: 'TSEnumDeclaration', message: 'No enum: use an `as const` object or a union of literals.' },
  { selector: 'TSModuleDeclaration[kind="namespace"]', message: 'No namespace: use a module.' },
  { selector: 'TSParameterProperty', message: 'No parameter properties: assign in the constructor.' },
  { selector: 'ExportAllDeclaration', message: 'No barrel files: import the file you mean.' }
]
const PRODUCT_FORM = [
  ...FORM,
  { selector: 'ClassDeclaration:not([superClass.name=/Error$/]), ClassExpression', message: 'No classes but errors: a factory returns a plain object.' },
  { selector: 'Program > VariableDeclaration[kind="let"], Program > ExportNamedDeclaration > VariableDeclaration[kind="let"]', message: 'No state at module level: keep it in a factory\'s closure.' }
]
const NO_SQL = [
  { selector: 'TaggedTemplateExpression[tag.name="sql"], TaggedTemplateExpression[tag.object.name="sql"]', message: 'SQL stands in *.sql.ts of a kernel room, or in src/db.' },
  { selector: 'CallExpression[callee.property.name=/^(selectFrom|selectNoFrom|insertInto|updateTable|deleteFrom|mergeInto|replaceInto)$/]', message: 'Queries stand in *.sql.ts of a kernel room, or in src/db: call a function of theirs.' },
  { selector: 'Literal[value=/\\b(select\\b.+\\bfrom|insert into|delete from|update\\b.+\\bset|create table)\\b/i]', message: 'SQL stands in *.sql.ts of a kernel room, or in src/db.' },
  { selector: 'TemplateElement[value.raw=/\\b(select\\b[^]+\\bfrom|insert into|delete from|update\\b[^]+\\bset|create table)\\b/i]', message: 'SQL stands in *.sql.ts of a kernel room, or in src/db.' }
]

export default [
  { ignores: ['dist/', 'node_modules/', 'coverage/', '.tap/', 'data/', 'src/model/dossier-types.ts'] },
  ...neostandard({ ts: true, noJsx: true }),
  {
    // Circles are looked for by scripts/import-table.ts and its test, which count types too.
    name: 'lienthong/imports',
    files: TS,
    plugins: { 'import-x': importX, lienthong: boundaries },
    rules: {
      'lienthong/imports': 'error',
      'import-x/no-default-export': 'error'
    }
  },
  {
    name: 'lienthong/default-exports',
    files: ['src/http/plugins/*.ts', '**/adapters/*/adapter.ts'],
    rules: { 'import-x/no-default-export': 'off' }
  },
  {
    name: 'lienthong/form',
    files: TS,
    plugins: { '@typescript-eslint': tseslint.plugin },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // `for (const _ of text)` counts code points without an array of them.
      '@typescript-eslint/no-unused-vars': ['error', { args: 'none', caughtErrors: 'none', ignoreRestSiblings: true, vars: 'all', varsIgnorePattern: '^_$' }],
      // As a statement it marks a promise that looks after its own failures.
      'no-void': ['error', { allowAsStatement: true }],
      'max-lines': ['error', { max: 400 }],
      'max-params': ['error', { max: 3 }],
      'no-restricted-syntax': ['error', ...FORM]
    }
  },
  {
    name: 'lienthong/no-nested-ternary',
    files: [...PRODUCT, 'demo/**/*.ts', 'bench/**/*.ts', 'faults/**/*.ts', 'scripts/**/*.ts'],
    rules: { 'no-nested-ternary': 'error' }
  },
  {
    // Tests are left out: tap queues what `t.test` returns.
    name: 'lienthong/promises',
    files: [...PRODUCT, 'demo/**/*.ts', 'bench/**/*.ts', 'faults/**/*.ts', 'scripts/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error'
    }
  },
  {
    name: 'lienthong/product',
    files: PRODUCT,
    rules: {
      'no-console': 'error',
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'Only src/config reads the environment (design §4).' }],
      'no-restricted-imports': ['error', { paths: ['node:process', 'process'].map(name => ({ name, message: 'Use the global, so that reads of the environment are seen.' })) }],
      'no-restricted-syntax': ['error', ...PRODUCT_FORM]
    }
  },
  {
    name: 'lienthong/no-sql',
    files: PRODUCT,
    ignores: ['src/db/**', 'src/!(http|cli)/**/*.sql.ts'],
    rules: { 'no-restricted-syntax': ['error', ...PRODUCT_FORM, ...NO_SQL] }
  },
  {
    name: 'lienthong/environment',
    files: ['src/config/gateway.ts', 'src/sandbox/server.ts'],
    rules: { 'no-restricted-properties': 'off' }
  }
]
