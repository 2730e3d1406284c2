/** The diff of a catalogue as it is shown: what changed, and which open dossiers it touches. */
import { isDeepStrictEqual } from 'node:util'
import { toHanoi } from '../model/dates.js'
import { listChanges, type ItemChange, type Touched } from './changes.sql.js'
import type { Database } from '../db/open.js'
import { touchedBy } from './touched.js'
import type { Manifest } from '../adapter-kit/manifest.js'

export interface ShownChange {
  list: string
  key: string
  at: string
  kind: 'added' | 'changed' | 'vanished'
  oldName: string | null
  newName: string | null
  /** Members of the row that differ. */
  members: string[]
  openDossiers: { count: number, codes: string[] }
}

/** One answer tells the newest of them. */
export const MOST_CHANGES = 1000
const DOSSIERS_SHOWN = 20

export async function shownChanges (db: Database, manifest: Pick<Manifest, 'id' | 'poll'>, since: Date): Promise<ShownChange[]> {
  const changes = await listChanges(db, { adapter: manifest.id, since, limit: MOST_CHANGES })
  const touched = await touchedBy(db, manifest, { changes, since, shown: DOSSIERS_SHOWN })
  return changes.map(change => shown(change, touched(change)))
}

function shown ({ list, key, at, before, after }: ItemChange, touched: Touched | undefined): ShownChange {
  return {
    list,
    key,
    at: toHanoi(at),
    kind: kindOf({ before, after }),
    oldName: before?.name ?? null,
    newName: after?.name ?? null,
    members: before === null || after === null ? [] : changedMembers(before.content, after.content),
    openDossiers: { count: touched?.count ?? 0, codes: touched?.codes ?? [] }
  }
}

function kindOf ({ before, after }: Pick<ItemChange, 'before' | 'after'>): ShownChange['kind'] {
  if (before === null) return 'added'
  return after === null ? 'vanished' : 'changed'
}

function changedMembers (before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].filter(name => !isDeepStrictEqual(before[name], after[name])).sort()
}
