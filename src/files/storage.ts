/**
 * Where contents are kept, under their SHA-256 (64 hexadecimal digits). The folder of `disk.ts` is one; a store that speaks S3
 * can be another: `put` is an upload to a key of its own, `keep` a copy to `<sha256>`. test/contracts/file-storage-suite.ts
 * says what each must do.
 */
import type { Readable } from 'node:stream'

export interface FileStorage {
  /**
   * Streams a content in, never whole in memory, to where nobody sees it yet. Rejects with the error of a content that
   * breaks off, and leaves nothing then.
   */
  put: (content: AsyncIterable<Uint8Array>) => Promise<IncomingFile>
  /** Undefined: not there. */
  stat: (sha256: string) => Promise<{ size: number } | undefined>
  /** Rejects when the content is not there. Destroying the stream frees what it holds. */
  open: (sha256: string, range?: ByteRange) => Promise<Readable>
  /** Not there is no error. */
  delete: (sha256: string) => Promise<void>
  /** Removes what processes that are gone have left of uploads begun before that time; returns how many. */
  sweep: (before: Date) => Promise<number>
}

/** A content that is whole and durable, and not yet visible under its hash. Exactly one of `keep` and `discard` ends it. */
export interface IncomingFile {
  sha256: string
  size: number
  /** Makes it visible, durably. Where the same content stands already, that one stays. */
  keep: () => Promise<void>
  discard: () => Promise<void>
}

/** Both ends are part of it. */
export interface ByteRange {
  first: number
  last: number
}
