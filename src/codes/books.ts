/** The code tables that a process holds in memory, read anew when their version has grown. */
import { withDeadline } from '../base/deadline.js'
import { bookVersions, readBook } from './codes.sql.js'
import type { Database } from '../db/open.js'
import { createCodeBook, type CodeBook } from './book.js'
import type { Manifest, ManifestList } from '../adapter-kit/manifest.js'
import type { CodeSeeds } from '../adapter-kit/contract/codes.js'

/** What a book needs of an adapter. */
export interface BookOwner {
  manifest: Pick<Manifest, 'id' | 'codeTables' | 'poll'>
  codes: CodeSeeds
}

export interface CodeBooks {
  /** The adapter's tables, of this version or a newer one. */
  at: (owner: BookOwner, version: number) => Promise<CodeBook>
  /** Makes sure that `now` is not older than what was committed before the call. */
  refresh: (owners: Iterable<BookOwner>) => Promise<(owner: BookOwner) => CodeBook>
}

interface Held {
  version: number
  book: CodeBook
}

const READ_MS = 20_000

export function createCodeBooks (db: Database): CodeBooks {
  const held = new Map<string, Held>()
  const reading = new Map<string, Promise<Held>>()

  async function read ({ manifest, codes }: BookOwner): Promise<Held> {
    // Every lane of the adapter waits for this one reading.
    const { version, rows, names } = await withDeadline(READ_MS, () => readBook(db, manifest.id, namingLists(manifest)))
    const read = { version, book: createCodeBook({ tables: manifest.codeTables ?? {}, seeds: codes, rows, names }) }
    held.set(manifest.id, read)
    return read
  }

  /** One reading serves all lanes that wait; one that began before the change is followed by another. */
  async function at (owner: BookOwner, version: number): Promise<CodeBook> {
    const { id } = owner.manifest
    const present = held.get(id)
    if (present !== undefined && present.version >= version) return present.book
    const flight = reading.get(id) ?? read(owner).finally(() => reading.delete(id))
    reading.set(id, flight)
    const { version: got, book } = await flight
    return got >= version ? book : at(owner, version)
  }

  async function refresh (owners: Iterable<BookOwner>): Promise<(owner: BookOwner) => CodeBook> {
    const versions = await bookVersions(db)
    const books = new Map<string, CodeBook>()
    for (const owner of owners) books.set(owner.manifest.id, await at(owner, versions.get(owner.manifest.id) ?? 0))
    return ({ manifest }) => {
      const book = books.get(manifest.id)
      if (book === undefined) throw new Error(`the code tables of ${manifest.id} were not read`)
      return book
    }
  }

  return { at, refresh }
}

function namingLists ({ poll }: BookOwner['manifest']): Record<string, string> {
  return Object.fromEntries(Object.entries(poll?.lists ?? {}).flatMap(([list, declared]) => namesCodes(declared) ? [[list, declared.codeTable]] : []))
}

/** Of lists that come whole: one of single items, or of a unit, would name a few of a table's codes and leave the others. */
export function namesCodes (list: ManifestList): list is ManifestList & { codeTable: string } {
  return list.codeTable !== undefined && list.each !== true && list.perUnit !== true
}
