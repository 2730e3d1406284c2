/** SHA-256 of the lines read so far, each with one line feed at its end: what was committed of an import is known by it. */
import { createHash, type Hash } from 'node:crypto'

export interface LineHash {
  /** A piece of the line at hand. Counts nowhere until the line ends. */
  add: (piece: Buffer) => void
  endLine: () => void
  /** Of the lines that have ended. */
  digest: () => Buffer
  bytes: () => number
}

export function createLineHash (): LineHash {
  let lines = createHash('sha256')
  let bytes = 0
  let line: Hash | undefined
  let size = 0
  return {
    add: piece => {
      line ??= lines.copy()
      line.update(piece)
      size += piece.length
    },
    endLine: () => {
      lines = (line ?? lines).update('\n')
      bytes += size + 1
      line = undefined
      size = 0
    },
    digest: () => lines.copy().digest(),
    bytes: () => bytes
  }
}
