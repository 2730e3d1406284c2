/** Result lines as a stream that asks for the next ones only when the last were taken: a slow reader slows the import. */
import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { BulkLine } from '../dossier/bulk-lines.js'

type Lines = AsyncGenerator<readonly BulkLine[]>

export interface LinesStreamOptions {
  /** What `lines` has given already. */
  first: IteratorResult<readonly BulkLine[]>
  lines: Lines
  shown: (line: BulkLine) => boolean
  /** The request whose answer it is. */
  body: Readable
}

/** A stream that is given up ends the import with its batch. */
export function linesStream ({ first, lines, shown, body }: LinesStreamOptions): Readable {
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
  return new Readable({
    highWaterMark: 64 * 1024,
    read () {
      take().then(async text => {
        if (text === null) await unread(body)
        this.push(text)
      }).catch(error => { this.destroy(error as Error) })
    },
    destroy (error, done) {
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
