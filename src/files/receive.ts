/** An upload: checked while it streams to the storage, then recorded; what is refused leaves nothing. */
import { recordAudit } from '../db/audit.js'
import { insertFile, rememberBlob, type FileRow } from './files.sql.js'
import type { Database } from '../db/open.js'
import { Problem } from '../base/problem.js'
import { fileContentMismatch, fileDigestMismatch, fileEmpty, fileStorageAway, fileStorageFull, fileTooLarge } from './problems.js'
import type { FileStorage, IncomingFile } from './storage.js'
import { createSampler, type FileType } from './types.js'

export interface Upload {
  clientId: string
  name: string
  type: FileType
  /** What the client says the content's hash is, in lower case. */
  sha256: string | undefined
}

export interface Receiving {
  db: Database
  storage: FileStorage
  maxBytes: number
}

/** Whether the file was known before: the same client, content, type and name. */
export interface ReceivedFile {
  file: FileRow
  known: boolean
}

export async function receiveFile (content: AsyncIterable<Uint8Array>, upload: Upload, { db, storage, maxBytes }: Receiving): Promise<ReceivedFile> {
  const sampler = createSampler()
  const incoming = await stored(() => storage.put(checked(content, { maxBytes, add: sampler.add })))
  try {
    if (!upload.type.fits(sampler.sample())) throw fileContentMismatch(upload.type.mediaType)
    if (upload.sha256 !== undefined && upload.sha256 !== incoming.sha256) throw fileDigestMismatch()
    return await record(incoming, upload, db)
  } catch (error) {
    await incoming.discard()
    throw error
  }
}

async function * checked (content: AsyncIterable<Uint8Array>, { maxBytes, add }: { maxBytes: number, add: (chunk: Uint8Array) => void }): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of content) {
    size += chunk.length
    if (size > maxBytes) throw fileTooLarge(maxBytes)
    add(chunk)
    yield chunk
  }
  if (size === 0) throw fileEmpty()
}

/** The content's row stands before the content does: whatever breaks off in between, the janitor finds it. */
async function record (incoming: IncomingFile, { clientId, name, type }: Upload, db: Database): Promise<ReceivedFile> {
  await rememberBlob(db, incoming)
  return db.transaction().execute(async tx => {
    await rememberBlob(tx, incoming)
    await stored(() => incoming.keep())
    const { inserted, ...file } = await insertFile(tx, { clientId, name, type: type.id, sha256: incoming.sha256, size: incoming.size })
    if (inserted) await recordAudit(tx, [{ actor: `client:${clientId}`, action: 'file.uploaded', details: { file: file.id, type: file.type, size: file.size, sha256: file.sha256 } }])
    return { file, known: !inserted }
  })
}

/** Errors of the storage as problems for the client; those of the content are the content's. */
async function stored<T> (work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException
    if (error instanceof Problem || syscall === undefined || syscall === 'read') throw error
    throw code === 'ENOSPC' || code === 'EDQUOT' ? fileStorageFull() : fileStorageAway()
  }
}
