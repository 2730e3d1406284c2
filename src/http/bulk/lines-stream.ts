/** Result lines as a stream that asks for the next ones only when the last were taken: a slow reader slows the import. */
import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { BulkLine } from '../../bulk/intake-tally.js'

type Lines = AsyncGenerator<readonly BulkLine[]>

export interface LinesStreamOptions {
  /** What `lines` has given already. */
  first: IteratorResult<readonly BulkLine[]>
  lines: Lines
  shown: (line: BulkLine) => boolean
  /** The request whose answer it is. */
  body: Readable
  /** Longest wait for the reader. */
  patienceMs?: number
}

/** A reader that takes nothing for so long has gone; the import can be taken up. */
const PATIENCE_MS = 300_000

/** A stream that is given up ends the import with its batch. */
export function linesStream ({ first, lines, shown, body, patienceMs = PATIENCE_MS }: LinesStreamOptions): Readable {
  let next: IteratorResult<readonly BulkLine[]> | undefined = first
  const take = async (): Promise<string | null> => {
    for (;;) {
      const { done, value } = next ?? await lines.next()
      next = undefined
      if (done === true) return null
      const text = value.filter(shown).map(line => `${JSON.stringify(line)}\n`).join('')
      if (text !== '') return text
    }
  }
  let untaken: NodeJS.Timeout | undefined
  return new Readable({
    highWaterMark: 64 * 1024,
    read () {
      clearTimeout(untaken)
      take().then(async text => {
        if (text === null) await unread(body)
        if (this.destroyed) return
        if (text !== null) untaken = setTimeout(() => { this.destroy(new Error('the results are not read')) }, patienceMs)
        this.push(text)
      }).catch(error => { this.destroy(error as Error) })
    },
    destroy (error, done) {
      clearTimeout(untaken)
      lines.return(undefined).catch(() => {}).finally(() => { done(error) })
    }
  })
}

const LINGER_MS = 2000

/**
 * An answer that ends before its request would be lost to a sender that is still sending: the close resets the connection.
 * So what comes for a moment is thrown away.
 */
async function unread (body: Readable): Promise<void> {
  if (body.readableEnded || body.destroyed) return
  const ended = new Promise<void>(resolve => { body.once('end', resolve).once('close', resolve) })
  const drop = (): void => { while (body.read() !== null); }
  body.on('readable', drop)
  drop()
  await Promise.race([ended, delay(LINGER_MS, undefined, { ref: false })])
  body.off('readable', drop)
}
