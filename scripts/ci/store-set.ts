/**
 * The tests that a second run on other servers may judge differently: those that reach the servers which DATABASE_URL and
 * REDIS_URL name. It is computed from what the compiled tests import, so that a new file is in it by itself.
 *
 * Left out is what cannot see those variables: tests without a store, and tests of servers that they start themselves
 * (the embedded PostgreSQL, a Redis, Sentinels, a Cluster), which are the same programs in both runs.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/** Modules through which tests reach the run's servers. A name list: other exports of the module reach none. */
const DOORS: Readonly<Record<string, readonly string[] | 'all'>> = {
  'support/database.js': 'all',
  'support/backends.js': 'all',
  'support/gateway.js': ['startGateway']
}
const READS_VARIABLE = /process\.env(\.|\[')(DATABASE_URL|REDIS_URL)\b/

interface Import {
  /** Path within the folder. */
  module: string
  names: string[]
}

/** Names within `folder` (`dist/test`), sorted. */
export function storeSet (folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.js')).sort()
  const sources = new Map(files.map(file => [file, readFileSync(join(folder, file), 'utf8')]))
  const known = new Map<string, boolean>()
  return files.filter(file => file.endsWith('.test.js') && reaches(file, sources, known))
}

/** A door counts only by the names that are taken from it; any other module by what it imports in turn. */
function reaches (file: string, sources: ReadonlyMap<string, string>, known: Map<string, boolean>): boolean {
  const before = known.get(file)
  if (before !== undefined) return before
  // Until it is known: modules that import each other end here.
  known.set(file, false)
  const source = sources.get(file) ?? ''
  const found = READS_VARIABLE.test(source) || importsOf(file, source).some(one => opensDoor(one) || (DOORS[one.module] === undefined && reaches(one.module, sources, known)))
  known.set(file, found)
  return found
}

function opensDoor ({ module, names }: Import): boolean {
  const door = DOORS[module]
  return door !== undefined && (door === 'all' || names.includes('*') || names.some(name => door.includes(name)))
}

/** Imports of files of the same folder, dynamic ones and namespaces with every name (`*`). */
export function importsOf (file: string, source: string): Import[] {
  const statics = [...source.matchAll(/^(?:import|export)\s+(?:([^'"]*?)\s+from\s+)?['"](\.[^'"]+)['"]/gm)]
    .map(([, clause = '', path = '']) => ({ path, names: namesIn(clause) }))
  const dynamics = [...source.matchAll(/\bimport\(\s*['"](\.[^'"]+)['"]/g)].map(([, path = '']) => ({ path, names: ['*'] }))
  return [...statics, ...dynamics].map(({ path, names }) => ({ module: relative('.', join(dirname(file), path)), names }))
}

function namesIn (clause: string): string[] {
  if (clause.includes('*')) return ['*']
  return (/\{([^}]*)\}/.exec(clause)?.[1] ?? '').split(',').map(name => name.trim().split(/\s+as\s+/)[0] ?? '').filter(name => name !== '')
}
