/** Contents in a folder, `ab/cd/<sha256>`; several processes, also of several machines, may share it. */
import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { access, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ByteRange, FileStorage, IncomingFile } from './storage.js'

/** Readable by the gateway's account alone: these are citizens' papers. */
const FOLDER_MODE = 0o700
const FILE_MODE = 0o600

export function createDiskStorage (folder: string): FileStorage {
  const incoming = join(folder, 'incoming')
  const placeOf = (sha256: string): string => join(folder, sha256.slice(0, 2), sha256.slice(2, 4), sha256)
  return {
    put: content => put(content, { incoming, placeOf }),
    stat: async sha256 => unlessMissing(async () => ({ size: (await stat(placeOf(sha256))).size })),
    open: async (sha256, range) => openStream(placeOf(sha256), range),
    delete: sha256 => rm(placeOf(sha256), { force: true }),
    sweep: before => sweep(incoming, before)
  }
}

interface Places {
  /** On the same file system as the contents: a rename must not copy. */
  incoming: string
  placeOf: (sha256: string) => string
}

async function put (content: AsyncIterable<Uint8Array>, { incoming, placeOf }: Places): Promise<IncomingFile> {
  await mkdir(incoming, { recursive: true, mode: FOLDER_MODE })
  const temporary = join(incoming, randomUUID())
  const discard = (): Promise<void> => rm(temporary, { force: true })
  const hash = createHash('sha256')
  let size = 0
  async function * measured (): AsyncGenerator<Uint8Array> {
    for await (const chunk of content) {
      hash.update(chunk)
      size += chunk.length
      yield chunk
    }
  }
  try {
    // `flush`: on the disk before it is said to be whole.
    await pipeline(Readable.from(measured(), { objectMode: false }), createWriteStream(temporary, { flags: 'wx', mode: FILE_MODE, flush: true }))
  } catch (error) {
    await discard()
    throw error
  }
  const sha256 = hash.digest('hex')
  return { sha256, size, keep: () => keep(temporary, placeOf(sha256)), discard }
}

/** A rename is seen whole or not at all, and survives a power cut once its folder is written. */
async function keep (temporary: string, place: string): Promise<void> {
  if (await exists(place)) return rm(temporary, { force: true })
  const parent = dirname(place)
  await mkdir(parent, { recursive: true, mode: FOLDER_MODE })
  await rename(temporary, place)
  for (const folder of [parent, dirname(parent), dirname(dirname(parent))]) await syncFolder(folder)
}

async function syncFolder (folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Opened before it is handed out, so that a missing content is an error here and not in the middle of an answer. */
async function openStream (place: string, range: ByteRange | undefined): Promise<Readable> {
  const handle = await open(place, 'r')
  return handle.createReadStream(range === undefined ? {} : { start: range.first, end: range.last })
}

async function sweep (incoming: string, before: Date): Promise<number> {
  const names = await unlessMissing(() => readdir(incoming)) ?? []
  let removed = 0
  for (const name of names) {
    const path = join(incoming, name)
    const found = await unlessMissing(() => stat(path))
    if (found === undefined || found.mtime >= before) continue
    await rm(path, { force: true })
    removed++
  }
  return removed
}

async function exists (path: string): Promise<boolean> {
  return access(path).then(() => true, () => false)
}

async function unlessMissing<T> (look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
