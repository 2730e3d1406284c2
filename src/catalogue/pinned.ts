/** The procedure version that a dossier keeps: the one in force when it was received (standards §0.1). */
import { toHanoi } from '../model/dates.js'
import { namesCodes } from '../codes/books.js'
import type { CodeBook } from '../codes/book.js'
import { versionAt } from './changes.sql.js'
import type { Database } from '../db/open.js'
import type { ActiveAdapter } from '../adapters/active-adapter.js'

export interface ShownVersion {
  adapter: string
  list: string
  /** The partner's own code. */
  key: string
  version: number
  /** Null: it was there at the first pull. */
  validFrom: string | null
}

export interface PinQuestion {
  procedureCode: string
  receivedAt: string
  adapters: Iterable<ActiveAdapter>
  bookOf: (adapter: ActiveAdapter) => CodeBook
}

/** Of the first adapter that has one; null while nothing was pulled, or for a code that it does not know. */
export async function procedureVersion (db: Database, { procedureCode, receivedAt, adapters, bookOf }: PinQuestion): Promise<ShownVersion | null> {
  for (const adapter of adapters) {
    const lists = procedureLists(adapter)
    const key = bookOf(adapter).find('procedure', procedureCode, toHanoi(receivedAt))?.code
    if (key === undefined || lists.length === 0) continue
    const pinned = await versionAt(db, { adapter: adapter.manifest.id, lists, key, at: new Date(receivedAt) })
    if (pinned !== undefined) return { adapter: adapter.manifest.id, ...pinned, validFrom: pinned.validFrom === null ? null : toHanoi(pinned.validFrom) }
  }
  return null
}

/** The list itself: details are pulled for procedures in use only, and so may begin after the dossier. */
function procedureLists ({ manifest: { poll } }: ActiveAdapter): string[] {
  return Object.entries(poll?.lists ?? {}).filter(([, list]) => list.codeTable === 'procedure' && namesCodes(list)).map(([list]) => list)
}
