/** The code tables of one adapter as they are looked up. Pure. */
import { toShortAgency } from '../model/codes.js'
import { present } from '../model/present.js'
import type { ManifestCodeTable } from '../adapter-kit/manifest.js'
import type { CodeEntry, CodeSeeds } from '../adapter-kit/contract/codes.js'

/** One row of a table; days are `yyyy-mm-dd`. */
export interface CodeRow {
  /** The province's own code, or our word. */
  local: string
  partner: string
  name: string | null
  /** The first day it holds; null: always has. */
  validFrom: string | null
  /** The first day it holds no more; null: until further notice. */
  validTo: string | null
  /** The local code that took over. */
  successor: string | null
}

export interface TableRow extends CodeRow {
  table: string
}

/** The partner's own name for a code of its own, from its catalogue. Days or moments in +07:00: they compare as texts. */
export interface PartnerName {
  table: string
  key: string
  name: string
  validFrom: string | null
  validTo: string | null
}

export interface CodeBook {
  /** What the table says about a local code on a day, or at a moment in +07:00; the partner's name then, if it is known. */
  find: (table: string, local: string, on: string) => CodeEntry | undefined
}

export interface BookOptions {
  tables: Readonly<Record<string, ManifestCodeTable>>
  seeds: CodeSeeds
  rows: readonly TableRow[]
  names?: readonly PartnerName[]
}

interface Asked {
  on: string
  /** How many codes were followed by another on the way. */
  successions: number
}

/** Mergers follow each other for years; a circle of successors must end all the same. */
const MAX_SUCCESSIONS = 10

export function createCodeBook ({ tables, seeds, rows, names = [] }: BookOptions): CodeBook {
  const nameAt = createNames(names, tables)
  const index = indexed(rows, tables)
  const forms = new Map(Object.entries(tables).map(([name, { partnerForm }]) => [name, partnerForm === undefined ? undefined : new RegExp(partnerForm, 'u')]))

  function find (table: string, local: string, asked: Asked): CodeEntry | undefined {
    const known = index.get(table)?.get(codeKey(tables[table], local)) ?? []
    const row = known.find(one => holds(one, asked.on))
    if (row !== undefined) return present({ code: row.partner, name: row.name ?? undefined })
    // Rows say when a code holds: outside of their days it is not known, whatever a seed or its form would say.
    if (known.length > 0) return asked.successions < MAX_SUCCESSIONS ? succeeded(table, known, asked) : undefined
    return unlisted(table, local)
  }

  function succeeded (table: string, known: readonly TableRow[], { on, successions }: Asked): CodeEntry | undefined {
    const successor = lastEnded(known, on)?.successor
    const entry = successor == null ? undefined : find(table, successor, { on, successions: successions + 1 })
    return successor == null || entry === undefined ? undefined : { successor, ...entry }
  }

  function unlisted (table: string, local: string): CodeEntry | undefined {
    const seed = Object.hasOwn(seeds[table] ?? {}, local) ? seeds[table]?.[local] : undefined
    if (seed !== undefined) return { code: seed }
    const open = tables[table]?.openUntilUsed === true && !index.has(table)
    return open || forms.get(table)?.test(local) === true ? { code: local } : undefined
  }

  return {
    find: (table, local, on) => {
      const entry = find(table, local, { on, successions: 0 })
      const name = entry === undefined || entry.name !== undefined ? undefined : nameAt(table, entry.code, on)
      return entry === undefined || name === undefined ? entry : { ...entry, name }
    }
  }
}

/** A row's own name goes before these: a province may have a reason for it. */
function createNames (names: readonly PartnerName[], tables: BookOptions['tables']): (table: string, code: string, on: string) => string | undefined {
  const index = new Map<string, PartnerName[]>()
  for (const one of names) {
    const key = nameKey(tables, one.table, one.key)
    const versions = index.get(key)
    if (versions === undefined) index.set(key, [one])
    else versions.push(one)
  }
  return (table, code, on) => index.get(nameKey(tables, table, code))?.find(one => holds(one, on))?.name
}

function nameKey (tables: BookOptions['tables'], table: string, code: string): string {
  return `${table} ${codeKey(tables[table], code)}`
}

/** What a local code is looked up by: one key for both notations of an agency's code. */
export function codeKey (table: ManifestCodeTable | undefined, local: string): string {
  return table?.notation === 'agency' ? toShortAgency(local) ?? local : local
}

function indexed (rows: readonly TableRow[], tables: BookOptions['tables']): Map<string, Map<string, TableRow[]>> {
  const index = new Map<string, Map<string, TableRow[]>>()
  for (const row of rows) {
    const table = index.get(row.table) ?? new Map<string, TableRow[]>()
    const key = codeKey(tables[row.table], row.local)
    index.set(row.table, table.set(key, [...table.get(key) ?? [], row]))
  }
  return index
}

/** Days as `yyyy-mm-dd` compare as texts, with each other and with moments in +07:00. */
function holds ({ validFrom, validTo }: Pick<CodeRow, 'validFrom' | 'validTo'>, on: string): boolean {
  return (validFrom === null || validFrom <= on) && (validTo === null || on < validTo)
}

function lastEnded (rows: readonly TableRow[], on: string): TableRow | undefined {
  return rows.filter(({ validTo }) => validTo !== null && validTo <= on)
    .sort((a, b) => String(a.validTo) < String(b.validTo) ? 1 : -1)[0]
}
