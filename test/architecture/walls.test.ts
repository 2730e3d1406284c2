/** Each wall of design §4 is tried: what no row allows is seen, and what a row allows passes. */
import { Linter } from 'eslint'
import t from 'tap'
import tseslint from 'typescript-eslint'
import { arrowsOf, countByRoom, cyclesIn, readArrows } from '../../scripts/rooms/arrows.js'
import { floorOf, readBoundaries, runsDown } from '../../scripts/rooms/floors.js'
import { ROOT } from '../support/places.js'

const { FLOORS, ROOMS, roomOf, boundaries } = await readBoundaries(ROOT)
const linter = new Linter({ cwd: ROOT })
/** The one rule by itself: thousands of plants cost seconds, where the whole configuration costs minutes. */
const CONFIG = [{
  files: ['**/*.ts'],
  languageOptions: { parser: tseslint.parser },
  plugins: { lienthong: boundaries },
  rules: { 'lienthong/imports': 'error' }
}] as Linter.Config[]

function isSeen (file: string, code: string): boolean {
  return linter.verify(`${code}\n`, CONFIG, { filename: file }).some(({ ruleId }) => ruleId === 'lienthong/imports')
}

type Plant = readonly [what: string, file: string, code: string]

const FORBIDDEN: readonly Plant[] = [
  ['an adapter that imports another one', 'adapters/land/mapping.ts', "import { map } from '../national-portal/mapping.js'\nmap()"],
  ['an adapter that imports the kernel', 'adapters/land/client.ts', "import { call } from '../../src/operations/deliver/call.js'\ncall()"],
  ['an adapter that imports the kernel\'s ground floor', 'adapters/land/client.ts', "import { Problem } from '../../src/base/problem.js'\nProblem()"],
  ['an adapter that takes types from the kernel', 'adapters/land/client.ts', "import type { Config } from '../../src/config/gateway.js'\nexport type X = Config"],
  ['an adapter that imports the kernel from a folder within', 'adapters/land/mapping/birth.ts', "import { call } from '../../../src/operations/deliver/call.js'\ncall()"],
  ['an adapter with a package of its own', 'adapters/land/client.ts', "import { request } from 'undici'\nrequest()"],
  ['an adapter with node:fs', 'adapters/land/client.ts', "import { readFile } from 'node:fs/promises'\nreadFile()"],
  ['an adapter that reaches the sandbox', 'adapters/land/client.ts', "import { createSandbox } from '../../src/sandbox/app.js'\ncreateSandbox()"],
  ['the kit with a database', 'src/adapter-kit/http.ts', "import type { Database } from '../db/open.js'\nexport type X = Database"],
  ['the kit with kysely', 'src/adapter-kit/http.ts', "import { sql } from 'kysely'\nsql()"],
  ['the kit with a queue', 'src/adapter-kit/http.ts', "import { Queue } from 'bullmq'\nQueue()"],
  ['the kit with Fastify', 'src/adapter-kit/http.ts', "import fastify from 'fastify'\nfastify()"],
  ['the shared words with a package of their own', 'src/model/text.ts', "import { request } from 'undici'\nrequest()"],
  ['a route with the queue', 'src/http/dossiers/routes.ts', "import { openQueue } from '../../queue/open.js'\nopenQueue()"],
  ['a route with the type of the queue', 'src/http/dossiers/routes.ts', "import type { LaneQueues } from '../../queue/contract.js'\nexport type X = LaneQueues"],
  ['a route with kysely', 'src/http/dossiers/routes.ts', "import { sql } from 'kysely'\nsql()"],
  ['a route with pg', 'src/http/dossiers/routes.ts', "import pg from 'pg'\npg()"],
  ['a route that opens the database', 'src/http/dossiers/routes.ts', "import { openDatabase } from '../../db/open.js'\nopenDatabase()"],
  ['a route that migrates', 'src/http/dossiers/routes.ts', "import { migrate } from '../../db/migrate.js'\nmigrate()"],
  ['the kernel that starts a private server', 'src/operations/deliver/sweep.ts', "import { openEmbedded } from '../../db/embedded.js'\nopenEmbedded()"],
  ['a route with the services', 'src/http/dossiers/routes.ts', "import type { Services } from '../../process/services.js'\nexport type X = Services"],
  ['a route with another resource\'s routes', 'src/http/dossiers/routes.ts', "import { redriveRoutes } from '../redrives/routes.js'\nredriveRoutes()"],
  ['a command with a route', 'src/cli/bulk.ts', "import { pushRoutes } from '../http/dossiers/routes.js'\npushRoutes()"],
  ['a route with a command', 'src/http/codes/routes.ts', "import { codesImport } from '../../cli/codes.js'\ncodesImport()"],
  ['the console with the queue', 'src/http/console/pages.ts', "export { openQueue } from '../../queue/open.js'"],
  ['the kernel with a dynamic import of the queue', 'src/operations/deliver/relay.ts', "await import('../../queue/open.js')"],
  ['the kernel with Fastify', 'src/operations/deliver/relay.ts', "import fastify from 'fastify'\nfastify()"],
  ['the kernel with a route', 'src/operations/deliver/relay.ts', "import { views } from '../../http/deliveries/views.js'\nviews()"],
  ['the queue with its handlers', 'src/queue/lanes.ts', "import { workLane } from '../operations/deliver/lane.js'\nworkLane()"],
  ['the database with the kernel', 'src/db/lanes.ts', "import { workLane } from '../operations/deliver/lane.js'\nworkLane()"],
  ['bullmq outside the queue', 'src/process/services.ts', "import { Queue } from 'bullmq'\nQueue()"],
  ['ioredis outside the queue', 'src/health/numbers.ts', "import { Redis } from 'ioredis'\nRedis()"],
  ['ioredis by require', 'src/health/numbers.ts', "require('ioredis')"],
  ['ioredis as a type', 'src/health/numbers.ts', "export type X = import('ioredis').Redis"],
  ['kysely outside a file of SQL', 'src/redrive/runner.ts', "import { sql } from 'kysely'\nsql()"],
  ['bullmq in the demo', 'demo/run.ts', "import { Queue } from 'bullmq'\nQueue()"],
  ['the compiler in production', 'src/process/services.ts', "import ts from 'typescript'\nts()"],
  ['production that reaches the sandbox', 'src/process/services.ts', "import { createSandbox } from '../sandbox/app.js'\ncreateSandbox()"],
  ['the kernel that reaches the sandbox', 'src/adapters/registry.ts', "import { createSandbox } from '../sandbox/app.js'\ncreateSandbox()"],
  ['the sandbox that reaches the kernel', 'src/sandbox/app.ts', "import { workLane } from '../operations/deliver/lane.js'\nworkLane()"],
  ['production that imports an adapter by name', 'src/process/services.ts', "import portal from '../../adapters/national-portal/adapter.js'\nportal()"],
  ['production that imports a test', 'src/process/services.ts', "import { settled } from '../../test/support/gateway.js'\nsettled()"],
  ['a re-export over a wall', 'src/cli/bulk.ts', "export { openQueue } from '../queue/open.js'"],
  ['a name that is computed', 'src/process/services.ts', 'export const load = async (name: string): Promise<unknown> => import(name)'],
  ['a folder without a row in the table', 'src/helpers/strings.ts', 'export const x = 1'],
  ['an operation without a row in the table', 'src/operations/guess/round.ts', 'export const x = 1'],
  ['a loose file', 'src/metrics.ts', 'export const x = 1']
]

const ALLOWED: readonly Plant[] = [
  ['an adapter with itself, the kit and the shared words', 'adapters/land/mapping/birth.ts', "import { shorten } from '../../../src/model/text.js'\nimport type { Adapter } from '../../../src/adapter-kit/contract/adapter.js'\nimport { code } from '../codes.js'\nexport const x = (y: Adapter): unknown => shorten(code, y)"],
  ['the kit with undici', 'src/adapter-kit/http.ts', "import { Agent } from 'undici'\nimport { shorten } from '../model/text.js'\nshorten(Agent)"],
  ['a route with kernel, queries and what it needs', 'src/http/dossiers/routes.ts', "import { accept } from '../../dossier/intake.js'\nimport type { Need } from '../needs.js'\nexport const x = (y: Need<'db'>): unknown => accept(y)"],
  ['the queue with bullmq', 'src/queue/lanes.ts', "import { Queue } from 'bullmq'\nimport { Redis } from 'ioredis'\nexport const x = [Queue, Redis]"],
  ['SQL with kysely', 'src/redrive/jobs.sql.ts', "import { sql } from 'kysely'\nsql()"],
  ['the process with the private server', 'src/process/services.ts', "import { openEmbedded } from '../db/embedded.js'\nopenEmbedded()"],
  ['the registry with a computed name', 'src/adapters/registry.ts', 'export const load = async (name: string): Promise<unknown> => import(name)'],
  ['the demo with the sandbox', 'demo/run.ts', "import { createSandbox } from '../src/sandbox/app.js'\ncreateSandbox()"]
]

t.test('the lint sees what design §4 forbids', async t => {
  for (const [what, file, code] of FORBIDDEN) t.ok(isSeen(file, code), `${what} (${file})`)
})

t.test('the lint lets pass what design §4 allows', async t => {
  for (const [what, file, code] of ALLOWED) t.notOk(isSeen(file, code), `${what} (${file})`)
})

const rooms = Object.keys(ROOMS)

/** The relative path from a planted file of one room to one of another. */
function path (from: string, to: string): string {
  return `${'../'.repeat(from.split('/').length)}${to}`
}

/** How much of a room another one's row allows; `some` are single files. */
function allowance (row: readonly string[], target: string): 'all' | 'types' | 'some' | 'nothing' {
  if (row.some(place => target === place || target.startsWith(`${place}/`))) return 'all'
  if (row.some(place => place.startsWith('~') && (target === place.slice(1) || target.startsWith(`${place.slice(1)}/`)))) return 'types'
  return row.some(place => place.replace('~', '').startsWith(`${target}/`)) ? 'some' : 'nothing'
}

t.test('from every room every other room is tried, by value and by type', async t => {
  const wrong: string[] = []
  for (const room of rooms) {
    for (const target of rooms.filter(name => name !== room)) {
      const allowed = allowance(ROOMS[room] ?? [], target)
      const file = `src/${room}/planted.ts`
      const specifier = path(room, `${target}/planted.js`)
      const value = isSeen(file, `import { x } from '${specifier}'\nx()`)
      const type = isSeen(file, `import type { X } from '${specifier}'\nexport type Y = X`)
      if (value !== (allowed !== 'all')) wrong.push(`${room} → ${target}, a value: ${value ? 'refused' : 'passed'}`)
      if (type !== (allowed !== 'all' && allowed !== 'types')) wrong.push(`${room} → ${target}, a type: ${type ? 'refused' : 'passed'}`)
    }
  }
  t.same(wrong, [])
})

t.test('rows allow lower floors alone, and none allows everything', async t => {
  for (const [room, row] of Object.entries(ROOMS)) {
    if (room === 'sandbox') continue
    t.not(floorOf(FLOORS, room), undefined, `${room} stands on a floor`)
    const targets = row.map(place => place.replace('~', '').replace(/\/[^/]+\.ts$/, ''))
    t.same(targets.filter(target => target !== room && !runsDown(FLOORS, room, target)), [], `${room} imports lower floors alone`)
    t.ok(rooms.some(name => name !== room && allowance(row, name) === 'nothing'), `${room} may not import everything`)
  }
  t.same(rooms.filter(room => allowance(ROOMS[room] ?? [], 'sandbox') !== 'nothing'), [], 'no row allows the sandbox')
})

t.test('nothing that is imported runs upwards or in a circle, types included', async t => {
  const arrows = await readArrows(ROOT, ['src', 'adapters'])
  const upward = [...countByRoom(arrows, roomOf)].flatMap(([room, targets]) => [...targets.keys()]
    .filter(target => room !== 'sandbox' && !runsDown(FLOORS, room, target)).map(target => `${room} → ${target}`))
  t.same(upward, [])
  t.same(cyclesIn(arrows), [])
  t.ok(arrows.length > 1000, `${arrows.length} imports were read`)
})

t.test('every form of import is read', async t => {
  const text = [
    "import { a } from './a.js'", "import type { B } from '../b.js'", "import { type C } from './c.js'", "export { d } from './d.js'",
    "export type { E } from './e.js'", "const f = await import('./f.js')", "type G = import('./g.js').G", "import './h.js'", "import { x } from 'package'"
  ].join('\n')
  t.same(arrowsOf('src/room/file.ts', text), [
    { from: 'src/room/file.ts', to: 'src/room/a.ts', typeOnly: false },
    { from: 'src/room/file.ts', to: 'src/b.ts', typeOnly: true },
    { from: 'src/room/file.ts', to: 'src/room/c.ts', typeOnly: true },
    { from: 'src/room/file.ts', to: 'src/room/d.ts', typeOnly: false },
    { from: 'src/room/file.ts', to: 'src/room/e.ts', typeOnly: true },
    { from: 'src/room/file.ts', to: 'src/room/f.ts', typeOnly: false },
    { from: 'src/room/file.ts', to: 'src/room/g.ts', typeOnly: true },
    { from: 'src/room/file.ts', to: 'src/room/h.ts', typeOnly: false }
  ])
})

t.test('a circle is found over types and over several files', async t => {
  const arrow = (from: string, to: string): { from: string, to: string } => ({ from, to })
  t.same(cyclesIn([arrow('a', 'b'), arrow('b', 'c'), arrow('c', 'a'), arrow('c', 'd'), arrow('x', 'a')]), [['a', 'b', 'c']])
  t.same(cyclesIn([arrow('a', 'a')]), [['a']])
  t.same(cyclesIn([arrow('a', 'b'), arrow('a', 'c'), arrow('b', 'd'), arrow('c', 'd')]), [])
})
