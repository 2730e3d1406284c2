import { spawnSync } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ESLint, type Linter } from 'eslint'
import t from 'tap'
import tseslint from 'typescript-eslint'
import { KERNEL_SETTING_NAMES, settingPrefix } from '../../src/config/adapter-settings.js'
import { SETTINGS } from '../../src/config/values.js'
import { ROOT } from '../support/places.js'

const LIMIT = 400

/** Without types: a planted file is no part of the program that the compiler knows. */
const withoutTypes = tseslint.configs.disableTypeChecked as Linter.Config
const eslint = new ESLint({ cwd: ROOT, overrideConfig: withoutTypes })

async function rulesBroken (filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(`${code}\n`, { filePath: join(ROOT, filePath) })
  return [...new Set((result?.messages ?? []).map(message => message.ruleId ?? message.message))]
}

/** Texts that are planted to see the lint catch them, `any` and `console` among them: none is part of the program. */
const FORBIDDEN_FORM: ReadonlyArray<readonly [rule: string, file: string, code: string]> = [
  ['no-restricted-properties', 'src/process/services.ts', "export const x = process.env['HOST']"],
  ['no-restricted-properties', 'src/sandbox/app.ts', 'export const { env } = process'],
  ['no-restricted-imports', 'src/process/services.ts', "import { env } from 'node:process'\nexport const x = env"],
  ['no-restricted-syntax', 'src/http/dossiers/routes.ts', 'export const x = sql`select 1`'],
  ['no-restricted-syntax', 'src/http/dossiers/routes.ts', "export const x = (db: Db): unknown => db.selectFrom('dossiers')"],
  ['no-restricted-syntax', 'src/http/console/pages.ts', "export const x = 'select code from dossiers'"],
  ['no-restricted-syntax', 'src/dossier/content.ts', "export const x = (db: Db): unknown => db.selectFrom('dossiers')"],
  ['no-restricted-syntax', 'src/operations/deliver/lane.ts', "export const x = 'update lanes set due_at = null'"],
  ['no-restricted-syntax', 'src/queue/lanes.ts', "export const x = 'select code from dossiers'"],
  ['no-restricted-syntax', 'src/http/dossiers/state.sql.ts', "export const x = 'select code from dossiers'"],
  ['no-restricted-syntax', 'src/cli/codes.sql.ts', "export const x = 'select code from dossiers'"],
  ['no-restricted-syntax', 'src/dossier/content.ts', 'export enum Kind { A }'],
  ['no-restricted-syntax', 'src/dossier/content.ts', 'export let state = 1'],
  ['no-restricted-syntax', 'src/dossier/content.ts', 'export class Service {}'],
  ['no-restricted-syntax', 'test/support/places.ts', "export * from './database.js'"],
  ['import-x/no-default-export', 'src/dossier/content.ts', 'export default 1'],
  ['import-x/no-default-export', 'adapters/land/mapping.ts', 'export default 1'],
  ['@typescript-eslint/no-explicit-any', 'src/dossier/content.ts', 'export const x = (y: any): unknown => y'],
  ['@typescript-eslint/no-non-null-assertion', 'src/dossier/content.ts', 'export const x = (y: string[]): string => y[0]!'],
  ['no-console', 'src/dossier/content.ts', 'console.log(1)'],
  ['max-params', 'src/dossier/content.ts', 'export const x = (a: 1, b: 1, c: 1, d: 1): number => a + b + c + d'],
  ['max-lines', 'src/dossier/content.ts', Array.from({ length: LIMIT + 1 }, (_, index) => `export const x${index} = 1`).join('\n')]
]

t.test('eslint sees every form that our style forbids', async t => {
  for (const [rule, file, code] of FORBIDDEN_FORM) t.ok((await rulesBroken(file, code)).includes(rule), `${rule} (${file})`)
})

t.test('eslint allows SQL where it belongs', async t => {
  for (const file of ['src/dossier/intake.sql.ts', 'src/operations/deliver/lane.sql.ts', 'src/db/lanes.ts']) {
    t.same(await rulesBroken(file, "export const x = 'select code from dossiers'"), [], file)
  }
})

t.test('eslint allows the environment and default exports where they belong', async t => {
  t.same(await rulesBroken('src/config/gateway.ts', 'export const x = process.env'), [])
  t.same(await rulesBroken('src/sandbox/server.ts', 'export const x = process.env'), [])
  t.same(await rulesBroken('demo/run.ts', 'export const x = process.env'), [])
  t.same(await rulesBroken('src/http/plugins/auth.ts', 'export default 1'), [])
  t.same(await rulesBroken('adapters/land/adapter.ts', 'export default 1'), [])
})

interface ExampleLine { name: string, value: string, commented: boolean }

async function exampleLines (): Promise<ExampleLine[]> {
  const text = await readFile(join(ROOT, '.env.example'), 'utf8')
  return [...text.matchAll(/^(# )?([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(([, hash, name = '', value = '']) => ({ name, value, commented: hash !== undefined }))
}

t.test('.env.example and the settings agree both ways', async t => {
  const lines = (await exampleLines()).filter(line => !line.name.startsWith('ADAPTER_'))
  t.same(lines.map(line => line.name).sort(), Object.keys(SETTINGS).sort(), 'the same names, each once')
  for (const { name, value, commented } of lines) {
    const setting: { default?: string, sensitive?: true } = SETTINGS[name as keyof typeof SETTINGS] ?? {}
    t.equal(value, setting.default ?? '', `${name} shows its default${setting.sensitive === true ? ', a secret none' : ''}`)
    t.equal(commented, false, `${name} is a line that may be filled in`)
  }
})

t.test('.env.example shows every setting of every adapter, commented out', async t => {
  const lines = (await exampleLines()).filter(line => line.name.startsWith('ADAPTER_'))
  const folders = (await readdir(join(ROOT, 'adapters'), { withFileTypes: true })).filter(entry => entry.isDirectory())
  const manifests = await Promise.all(folders.map(async ({ name }) =>
    JSON.parse(await readFile(join(ROOT, 'adapters', name, 'manifest.json'), 'utf8')) as { id: string, settings: Record<string, { sensitive?: boolean }> }))
  const wanted = manifests.flatMap(({ id, settings }) => [...Object.keys(settings), ...KERNEL_SETTING_NAMES].map(key => settingPrefix(id) + key))
  t.same(lines.map(line => line.name).sort(), wanted.sort(), 'the same names, each once')
  t.same(lines.filter(line => !line.commented), [], 'all are commented out')
  const secrets = new Set(manifests.flatMap(({ id, settings }) => Object.keys(settings).filter(key => settings[key]?.sensitive === true).map(key => settingPrefix(id) + key)))
  t.same(lines.filter(line => secrets.has(line.name) && line.value !== ''), [], 'no secret has a value')
})

t.test('what is generated is not stale', async t => {
  for (const script of ['schema-types', 'env-example', 'findings-doc']) {
    const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'dist/scripts', `${script}.js`), '--check'], { cwd: ROOT, encoding: 'utf8' })
    t.equal(status, 0, `${script} --check ${stderr}`)
  }
})

t.test(`no file of code is longer than ${LIMIT} lines`, async t => {
  const folders = ['src', 'adapters', 'test', 'scripts', 'demo', 'bench', 'faults']
  const files = (await Promise.all(folders.map(async folder => sources(folder)))).flat()
  const long = await Promise.all(files.map(async file => ({ file, lines: (await readFile(join(ROOT, file), 'utf8')).split('\n').length - 1 })))
  t.ok(files.includes('src/process/server.ts'), 'the tree was found')
  t.same(long.filter(({ lines }) => lines > LIMIT), [])
})

async function sources (folder: string): Promise<string[]> {
  const entries = await readdir(join(ROOT, folder), { recursive: true }).catch(() => [])
  return entries.map(entry => `${folder}/${entry.replaceAll('\\', '/')}`)
    .filter(file => /\.(ts|js|css|html|sh)$/.test(file) && file !== 'src/model/dossier-types.ts')
}
