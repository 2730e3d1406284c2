import { spawnSync } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ESLint, type Linter } from 'eslint'
import t from 'tap'
import tseslint from 'typescript-eslint'
import { KERNEL_SETTING_NAMES, settingPrefix } from '../src/config/adapter-settings.js'
import { SETTINGS } from '../src/config/values.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const LIMIT = 400

/** Without types: a planted file is no part of the program that the compiler knows. Cycles have a test of their own. */
const withoutTypes = tseslint.configs.disableTypeChecked as Linter.Config
const eslint = new ESLint({ cwd: ROOT, overrideConfig: [withoutTypes, { files: ['**/*.ts'], rules: { 'import-x/no-cycle': 'off' } }] })
const eslintWithCycles = new ESLint({ cwd: ROOT, overrideConfig: withoutTypes })

async function rulesBroken (filePath: string, code: string, linter: ESLint = eslint): Promise<string[]> {
  const [result] = await linter.lintText(`${code}\n`, { filePath: join(ROOT, filePath) })
  return [...new Set((result?.messages ?? []).map(message => message.ruleId ?? message.message))]
}

type Plant = readonly [what: string, file: string, code: string]

const FORBIDDEN_IMPORTS: readonly Plant[] = [
  ['an adapter that imports another one', 'adapters/land/mapping.ts', "import { map } from '../national-portal/mapping.js'\nmap()"],
  ['an adapter that imports the kernel', 'adapters/land/client.ts', "import { call } from '../../src/delivery/call.js'\ncall()"],
  ['an adapter that takes types from the kernel', 'adapters/land/client.ts', "import type { Config } from '../../src/config.js'\nexport type X = Config"],
  ['an adapter that imports the kernel from a folder within', 'adapters/land/mapping/birth.ts', "import { call } from '../../../src/delivery/call.js'\ncall()"],
  ['an adapter with a package of its own', 'adapters/land/client.ts', "import { request } from 'undici'\nrequest()"],
  ['an adapter with node:fs', 'adapters/land/client.ts', "import { readFile } from 'node:fs/promises'\nreadFile()"],
  ['an adapter that reaches the sandbox', 'adapters/land/client.ts', "import { createSandbox } from '../../src/sandbox/app.js'\ncreateSandbox()"],
  ['the tool box with a database', 'src/adapter-kit/http.ts', "import type { Database } from '../db/open.js'\nexport type X = Database"],
  ['the tool box with kysely', 'src/adapter-kit/http.ts', "import { sql } from 'kysely'\nsql()"],
  ['the tool box with a queue', 'src/adapter-kit/http.ts', "import { Queue } from 'bullmq'\nQueue()"],
  ['the tool box with Fastify', 'src/adapter-kit/http.ts', "import fastify from 'fastify'\nfastify()"],
  ['a route with the queue', 'src/http/dossiers/routes.ts', "import { openQueue } from '../queue/open.js'\nopenQueue()"],
  ['a route with the type of the queue', 'src/http/dossiers/routes.ts', "import type { LaneQueues } from '../queue/contract.js'\nexport type X = LaneQueues"],
  ['a route with kysely', 'src/http/dossiers/routes.ts', "import { sql } from 'kysely'\nsql()"],
  ['a route with pg', 'src/http/dossiers/routes.ts', "import pg from 'pg'\npg()"],
  ['a route that opens the database', 'src/http/dossiers/routes.ts', "import { openDatabase } from '../db/open.js'\nopenDatabase()"],
  ['a route that migrates', 'src/http/dossiers/routes.ts', "import { migrate } from '../db/migrate.js'\nmigrate()"],
  ['a route with more than the types of the services', 'src/http/dossiers/routes.ts', "import { openServices } from '../services.js'\nopenServices()"],
  ['the console with the queue', 'src/console/pages.ts', "export { openQueue } from '../queue/open.js'"],
  ['the kernel with a dynamic import of the queue', 'src/operations/deliver/relay.ts', "await import('../queue/open.js')"],
  ['the kernel with Fastify', 'src/operations/deliver/relay.ts', "import fastify from 'fastify'\nfastify()"],
  ['the kernel with a route', 'src/operations/deliver/relay.ts', "import { views } from '../routes/views.js'\nviews()"],
  ['the queue with its handlers', 'src/queue/lanes.ts', "import { workLane } from '../delivery/lane.js'\nworkLane()"],
  ['the database with the kernel', 'src/db/lanes.ts', "import { workLane } from '../delivery/lane.js'\nworkLane()"],
  ['bullmq outside the queue', 'src/process/services.ts', "import { Queue } from 'bullmq'\nQueue()"],
  ['ioredis outside the queue', 'src/metrics.ts', "import { Redis } from 'ioredis'\nRedis()"],
  ['ioredis by require', 'src/metrics.ts', "require('ioredis')"],
  ['ioredis as a type', 'src/metrics.ts', "export type X = import('ioredis').Redis"],
  ['bullmq in the demo', 'demo/run.ts', "import { Queue } from 'bullmq'\nQueue()"],
  ['production that reaches the sandbox', 'src/process/services.ts', "import { createSandbox } from './sandbox/app.js'\ncreateSandbox()"],
  ['the kernel that reaches the sandbox', 'src/adapters/registry.ts', "import { createSandbox } from '../sandbox/app.js'\ncreateSandbox()"],
  ['production that imports an adapter by name', 'src/process/services.ts', "import portal from '../adapters/national-portal/adapter.js'\nportal()"],
  ['production that imports a test', 'src/process/services.ts', "import { settled } from './support/gateway.js'\nsettled()"],
  ['a name that is computed', 'src/process/services.ts', 'export const load = async (name: string): Promise<unknown> => import(name)'],
  ['a folder without a line in the table', 'src/helpers/strings.ts', 'export const x = 1']
]

const ALLOWED_IMPORTS: readonly Plant[] = [
  ['an adapter with itself and the tool box', 'adapters/land/mapping/birth.ts', "import { shorten } from '../../../src/adapter-kit/text.js'\nimport { code } from '../codes.js'\nshorten(code)"],
  ['the tool box with undici', 'src/adapter-kit/http.ts', "import { Agent } from 'undici'\nimport { shorten } from './text.js'\nshorten(Agent)"],
  ['a route with kernel, queries and types of services', 'src/http/dossiers/routes.ts', "import { accept } from '../dossier/intake.js'\nimport { readDossier } from '../db/reading.js'\nimport type { Services } from '../services.js'\nexport const x = (y: Services): unknown => accept(readDossier, y)"],
  ['the queue with bullmq', 'src/queue/lanes.ts', "import { Queue } from 'bullmq'\nimport { Redis } from 'ioredis'\nexport const x = [Queue, Redis]"],
  ['the registry with a computed name', 'src/adapters/registry.ts', 'export const load = async (name: string): Promise<unknown> => import(name)'],
  ['the demo with the sandbox', 'demo/run.ts', "import { createSandbox } from '../src/sandbox/app.js'\ncreateSandbox()"]
]

t.test('eslint sees every import that design §4 forbids', async t => {
  for (const [what, file, code] of FORBIDDEN_IMPORTS) {
    t.ok((await rulesBroken(file, code)).includes('lienthong/imports'), `${what} (${file})`)
  }
})

t.test('eslint lets pass what design §4 allows', async t => {
  for (const [what, file, code] of ALLOWED_IMPORTS) t.same(await rulesBroken(file, code), [], `${what} (${file})`)
})

/** Texts that are planted to see the lint catch them, `any` and `console` among them: none is part of the program. */
const FORBIDDEN_FORM: ReadonlyArray<readonly [rule: string, file: string, code: string]> = [
  ['no-restricted-properties', 'src/process/services.ts', "export const x = process.env['HOST']"],
  ['no-restricted-properties', 'src/sandbox/app.ts', 'export const { env } = process'],
  ['no-restricted-imports', 'src/process/services.ts', "import { env } from 'node:process'\nexport const x = env"],
  ['no-restricted-syntax', 'src/http/dossiers/routes.ts', 'export const x = sql`select 1`'],
  ['no-restricted-syntax', 'src/http/dossiers/routes.ts', "export const x = (db: Db): unknown => db.selectFrom('dossiers')"],
  ['no-restricted-syntax', 'src/console/pages.ts', "export const x = 'select code from dossiers'"],
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

t.test('eslint sees a cycle', async t => {
  t.ok((await rulesBroken('src/base/problem.ts', "import { readConfig } from './config.js'\nreadConfig({})", eslintWithCycles)).includes('import-x/no-cycle'))
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
