/** What `lienthong doctor` says of the files: settings that belong together, and contents that are really there. */
import { referencedContents } from './files.sql.js'
import type { Database } from '../db/open.js'
import type { FileLinks } from './links.js'
import type { FileStorage } from './storage.js'

/** The newest ones: those that a restore of an older folder lacks. */
const LOOKED_AT = 1000
const ANY_ID = '00000000-0000-0000-0000-000000000000'

export async function examineFiles (db: Database, { storage, links }: { storage: FileStorage, links: FileLinks }): Promise<{ ok: boolean, detail: string }> {
  const contents = await referencedContents(db, LOOKED_AT)
  const missing: string[] = []
  for (const sha256 of contents) if (await storage.stat(sha256) === undefined) missing.push(sha256)
  if (missing.length > 0) return { ok: false, detail: `${missing.length} of the newest ${contents.length} contents that dossiers refer to are not in FILES_DIR, like ${String(missing[0])}: restore the folder of the same time, or newer` }
  if (contents.length > 0 && links.shown(ANY_ID) === undefined) return { ok: false, detail: 'dossiers refer to files, and PUBLIC_URL or FILES_SIGNING_KEY is not set: their deliveries fail' }
  return { ok: true, detail: contents.length === 0 ? 'no dossier refers to an uploaded file' : `the newest ${contents.length} contents are there` }
}
