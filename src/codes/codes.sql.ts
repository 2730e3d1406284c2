/** Code tables: reading them whole, and changing rows of one table. */
import { sql } from 'kysely'
import type { Executor, Tx } from '../db/open.js'

export interface StoredCode {
  id: string
  table: string
  local: string
  key: string
  partner: string
  name: string | null
  validFrom: string | null
  validTo: string | null
  successor: string | null
}

/** Days travel as text: a `date` in JavaScript is an instant, and shifts with the time zone. */
const COLUMNS = sql`id::text, table_name as "table", local, key, partner, name, valid_from::text as "validFrom", valid_to::text as "validTo", successor`

/** A partner's own name for a code of its own; moments in +07:00, as text that compares with days. */
export interface StoredName {
  table: string
  key: string
  name: string
  validFrom: string | null
  validTo: string | null
}

export interface StoredBook {
  version: number
  rows: StoredCode[]
  names: StoredName[]
}

/** Which list of the catalogue names the partner's codes of a table. */
export type NamingLists = Readonly<Record<string, string>>

const HANOI = sql.lit('YYYY-MM-DD"T"HH24:MI:SS"+07:00"')

/** All rows of an adapter, the partner's names and their version, of one snapshot. */
export async function readBook (db: Executor, adapter: string, lists: NamingLists = {}): Promise<StoredBook> {
  const { rows: [row] } = await sql<StoredBook>`
    select coalesce((select jsonb_agg(jsonb_build_object('table', l.value, 'key', i.key, 'name', i.name,
             'validFrom', to_char(i.valid_from at time zone 'Asia/Ho_Chi_Minh', ${HANOI}),
             'validTo', to_char(i.valid_to at time zone 'Asia/Ho_Chi_Minh', ${HANOI})) order by i.key, i.version)
             from catalogue_items i join jsonb_each_text(${JSON.stringify(lists)}::jsonb) l on l.key = i.list
             where i.adapter = ${adapter} and i.name <> ''), '[]') as names,
           coalesce((select version from code_books where adapter = ${adapter}), 0)::int as version,
           coalesce((select jsonb_agg(r) from (select ${COLUMNS} from code_rows where adapter = ${adapter} order by id) r), '[]') as rows`.execute(db)
  return row ?? { version: 0, rows: [], names: [] }
}

/** Versions of the books that were ever changed. */
export async function bookVersions (db: Executor): Promise<Map<string, number>> {
  const rows = await db.selectFrom('code_books').selectAll().execute()
  return new Map(rows.map(({ adapter, version }) => [adapter, Number(version)]))
}

/** A table in the order in which its rows were written. */
export async function listCodes (db: Executor, { adapter, table }: { adapter: string, table: string }): Promise<StoredCode[]> {
  const { rows } = await sql<StoredCode>`
    select ${COLUMNS} from code_rows where adapter = ${adapter} and table_name = ${table} order by code_rows.id`.execute(db)
  return rows
}

export async function codeCounts (db: Executor): Promise<Array<{ adapter: string, table: string, count: number }>> {
  const { rows } = await sql<{ adapter: string, table: string, count: number }>`
    select adapter, table_name as "table", count(*)::int as count from code_rows group by adapter, table_name`.execute(db)
  return rows
}

/** Rows of a table, locked against every other change of the adapter's tables until the transaction ends. */
export async function lockTable (tx: Tx, adapter: string, table: string): Promise<StoredCode[]> {
  await growBook(tx, adapter)
  return listCodes(tx, { adapter, table })
}

/** Every process reads the adapter's tables anew; changes of them wait for each other. */
export async function growBook (tx: Tx, adapter: string): Promise<void> {
  await sql`
    insert into code_books (adapter, version) values (${adapter}, 1)
    on conflict (adapter) do update set version = code_books.version + 1`.execute(tx)
}

export type NewCode = Omit<StoredCode, 'id' | 'table'>

export interface TableChange {
  adapter: string
  table: string
  actor: string
  removed: readonly string[]
  /** Rows with an id take its place; rows without one are new. */
  written: ReadonlyArray<NewCode & { id?: string | undefined }>
}

/** Two statements, however many rows. */
export async function writeCodes (tx: Tx, { adapter, table, actor, removed, written }: TableChange): Promise<void> {
  const replaced = written.flatMap(({ id }) => id === undefined ? [] : [id])
  await sql`delete from code_rows where id = any(${[...removed, ...replaced]}::bigint[])`.execute(tx)
  await sql`
    insert into code_rows (adapter, table_name, local, key, partner, name, valid_from, valid_to, successor, changed_by)
    select ${adapter}, ${table}, r.local, r.key, r.partner, r.name, r."validFrom", r."validTo", r.successor, ${actor}
    from jsonb_to_recordset(${JSON.stringify(written)}::jsonb)
      as r(local text, key text, partner text, name text, "validFrom" date, "validTo" date, successor text)`.execute(tx)
}
