/**
 * Which open dossiers a change touches: those that name the item itself (its procedure, agency or field), and those whose
 * procedure has to do with it, as the partner's own rows say (the manifest's `refers`).
 */
import { isRecord } from '../model/json.js'
import { referringKeys, touchedDossiers, type ItemChange, type ItemKey, type Link, type Touched } from './changes.sql.js'
import type { Database } from '../db/open.js'
import { storedList, type Lists } from './lists.js'
import { referencesOf } from './references.js'
import type { Manifest } from '../adapter-kit/manifest.js'

export interface TouchedQuestion {
  changes: readonly ItemChange[]
  since: Date
  /** Most codes of dossiers for a change. */
  shown: number
}

/** Dossiers keep these where they can be found by them. */
const FOUND_BY: ReadonlySet<string | undefined> = new Set<Link['table']>(['procedure', 'agency', 'field'])

export async function touchedBy (db: Database, { id, poll }: Pick<Manifest, 'id' | 'poll'>, { changes, since, shown }: TouchedQuestion): Promise<(item: ItemKey) => Touched | undefined> {
  const lists = poll?.lists ?? {}
  const referring = await referringLinks(db, { adapter: id, lists, changes, since })
  const links = [...changes.flatMap(change => [...ownLinks(lists, change), ...referredLinks(lists, change)]), ...referring]
  const rows = links.length === 0 ? [] : await touchedDossiers(db, { adapter: id, links, shown })
  const touched = new Map(rows.map(row => [nameOf(row), row]))
  return item => touched.get(nameOf(item))
}

function ownLinks (lists: Lists, { list, key }: ItemKey): Link[] {
  const { declared, unit } = storedList(lists, list)
  return FOUND_BY.has(declared?.codeTable) ? [{ list, key, table: declared?.codeTable as Link['table'], code: key, unit }] : []
}

/** The procedures that the row named, before the change and after it. */
function referredLinks (lists: Lists, { list, key, before, after }: ItemChange): Link[] {
  return Object.entries(storedList(lists, list).declared?.refers ?? {})
    .filter(([other]) => lists[other]?.codeTable === 'procedure')
    .flatMap(([, path]) => [before, after].flatMap(row => valuesAt(row?.content, path.split('.'))))
    .map(code => ({ list, key, table: 'procedure', code, unit: null }))
}

/** Procedures whose own rows name the item. */
async function referringLinks (db: Database, { adapter, lists, changes, since }: { adapter: string, lists: Lists, changes: readonly ItemChange[], since: Date }): Promise<Link[]> {
  const changed = new Set(changes.map(({ list }) => list))
  const references = referencesOf(lists).filter(({ from, to }) => lists[from]?.codeTable === 'procedure' && changed.has(to))
  if (references.length === 0) return []
  const items = changes.map(({ list, key }) => ({ list, key }))
  const found = await referringKeys(db, { adapter, references, items, since })
  return found.map(({ list, key, code }) => ({ list, key, table: 'procedure', code, unit: null }))
}

/** Texts at a path, through arrays, as PostgreSQL's lax paths go. */
function valuesAt (value: unknown, [name, ...rest]: readonly string[]): string[] {
  if (Array.isArray(value)) return value.flatMap(one => valuesAt(one, name === undefined ? [] : [name, ...rest]))
  if (name !== undefined) return isRecord(value) ? valuesAt(value[name], rest) : []
  return typeof value === 'string' || typeof value === 'number' ? [String(value)] : []
}

const nameOf = ({ list, key }: ItemKey): string => `${list} ${key}`
