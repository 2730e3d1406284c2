/** The partners' lists as they were last pulled. */
import type { Executor } from '../db/open.js'

export interface ListName {
  adapter: string
  list: string
}

/** Was the list ever taken over? */
export async function wasPulled (db: Executor, { adapter, list }: ListName): Promise<boolean> {
  const row = await db.selectFrom('catalogue_pulls').select('id')
    .where('adapter', '=', adapter).where('list', '=', list).where('outcome', '=', 'applied').limit(1).executeTakeFirst()
  return row !== undefined
}

/** The rows that hold now, as the partner gave them; with a key, the one of that code. */
export async function currentRows (db: Executor, { adapter, list, key }: ListName & { key?: string | undefined }): Promise<Array<Record<string, unknown>>> {
  const rows = await db.selectFrom('catalogue_items').select('content')
    .where('adapter', '=', adapter).where('list', '=', list).where('valid_to', 'is', null)
    .$if(key !== undefined, query => query.where('key', '=', String(key)))
    .orderBy('key').execute()
  return rows.map(({ content }) => content)
}
