/**
 * The code tables of the demo's province (`codes/`, and `codes/later/` for the rows that are forgotten at first), and a
 * second, plain reading of docs/codes.md. It shares no line with src/codes.
 */
import { readdirSync, readFileSync } from 'node:fs'

export interface Row {
  local: string
  partner: string
  name: string
  validFrom: string
  validTo: string
  successor: string
}

export type Tables = Readonly<Record<string, readonly Row[]>>

export interface Meaning {
  code: string
  /** What the portal calls it, where the table says so. */
  name?: string
  /** Reached over the code that took over. */
  succeeded?: true
}

/** What the tables say on the day of reception; undefined for a code that they should know and do not. */
export type Say = (table: string, local: string) => Meaning | undefined

/** Of a procedure: the national form, which needs no row. */
const NATIONAL = /^\d\.\d{6}(\.|$)/
const FOLDER = new URL('./codes/', import.meta.url)
const LATER = 'later/'

export const NO_TABLES: Tables = {}

export function firstTables (): Tables {
  return read('')
}

/** Once what was forgotten is there too. */
export function allTables (): Tables {
  const later = laterTables()
  return Object.fromEntries(Object.entries(firstTables()).map(([table, rows]) => [table, [...rows, ...later[table] ?? []]]))
}

export function laterTables (): Tables {
  return read(LATER)
}

/** As it is imported: whole files, the one `later` or the one from the start. */
export function tableFiles (when: 'start' | 'later'): Array<{ table: string, csv: string }> {
  const folder = when === 'later' ? LATER : ''
  return names(folder).map(table => ({ table, csv: textOf(folder, table) }))
}

/** `receivedAt` counts, on the calendar of Hà Nội. */
export function sayOn (tables: Tables, receivedAt: string): Say {
  const day = new Date(Date.parse(receivedAt) + 7 * 3_600_000).toISOString().slice(0, 10)
  return (table, local) => say(tables[table] ?? [], { table, local, day })
}

interface Asked {
  table: string
  local: string
  day: string
}

function say (rows: readonly Row[], { table, local, day }: Asked): Meaning | undefined {
  const own = rows.filter(row => key(row.local) === key(local))
  const holding = own.find(({ validFrom, validTo }) => validFrom <= day && (validTo === '' || day < validTo))
  if (holding !== undefined) return { code: holding.partner, ...(holding.name === '' ? {} : { name: holding.name }) }
  if (own.length === 0) return rows.length === 0 || (table === 'procedure' && NATIONAL.test(local)) ? { code: local } : undefined
  const successor = own.filter(({ validTo }) => validTo !== '' && validTo <= day).sort((a, b) => a.validTo < b.validTo ? 1 : -1)[0]?.successor ?? ''
  const meaning = successor === '' ? undefined : say(rows, { table, local: successor, day })
  return meaning === undefined ? undefined : { ...meaning, succeeded: true }
}

/** `000.00.14.H15` and `H15.14` are one agency. */
export function key (local: string): string {
  const parts = /^\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}$/.test(local) ? local.split('.').reverse() : local.split('.')
  while (parts.length > 1 && /^0+$/.test(parts.at(-1) ?? '')) parts.pop()
  return parts.join('.')
}

function read (folder: string): Tables {
  return Object.fromEntries(names(folder).map(table => [table, rowsOf(textOf(folder, table))]))
}

function names (folder: string): string[] {
  return readdirSync(new URL(`./${folder}`, FOLDER)).filter(name => name.endsWith('.csv')).map(name => name.slice(0, -4)).sort()
}

function textOf (folder: string, table: string): string {
  return readFileSync(new URL(`./${folder}${table}.csv`, FOLDER), 'utf8')
}

/** The demo's own files have no quoted cells. */
function rowsOf (csv: string): Row[] {
  return csv.trim().split('\n').slice(1).map(line => {
    const [local = '', partner = '', name = '', validFrom = '', validTo = '', successor = ''] = line.split(';')
    return { local, partner, name, validFrom, validTo, successor }
  })
}
