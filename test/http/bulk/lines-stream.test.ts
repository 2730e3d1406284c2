// The answer of a bulk intake as a stream: nobody's results are waited for without an end.
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import t from 'tap'
import type { BulkLine } from '../../../src/bulk/intake-tally.js'
import { linesStream } from '../../../src/http/bulk/lines-stream.js'

interface Batches {
  lines: AsyncGenerator<readonly BulkLine[]>
  made: () => number
  returned: () => boolean
}

/** Batches of 100 KB without end. */
function batches (): Batches {
  let made = 0
  let returned = false
  async function * endless (): AsyncGenerator<readonly BulkLine[]> {
    try {
      for (;;) yield [{ type: 'item', line: ++made, dossierCode: 'x'.repeat(100_000), status: 'rejected', errors: [] }]
    } finally {
      returned = true
    }
  }
  return { lines: endless(), made: () => made, returned: () => returned }
}

t.test('a reader that takes nothing is given up, and the import with it', async t => {
  const { lines, made, returned } = batches()
  const stream = linesStream({ first: await lines.next(), lines, shown: () => true, body: new PassThrough(), patienceMs: 50 })
  stream.once('readable', () => {})
  const [error] = await once(stream, 'error') as [Error]
  t.match(error.message, 'not read')
  t.ok(made() <= 2, 'one batch is on its way, and one may be waiting')
  t.ok(returned())
})

t.test('an answer that nobody has begun to read ends the import too', async t => {
  const { lines, returned } = batches()
  const stream = linesStream({ first: await lines.next(), lines, shown: () => true, body: new PassThrough() })
  stream.destroy()
  await once(stream, 'close')
  t.ok(returned())
})

t.test('a batch of which nothing is shown is no end, and the answer ends when its request has', async t => {
  const body = new PassThrough()
  async function * two (): AsyncGenerator<readonly BulkLine[]> {
    yield [{ type: 'item', line: 1, dossierCode: 'a', status: 'accepted', revision: 1, newSteps: 0, findings: [] }]
    yield [{ type: 'item', line: 2, dossierCode: null, status: 'rejected', errors: [] }]
  }
  const lines = two()
  const stream = linesStream({ first: await lines.next(), lines, shown: line => line.type === 'item' && line.status === 'rejected', body })
  body.end('what the sender still sends')
  t.match(JSON.parse(Buffer.concat(await stream.toArray() as Buffer[]).toString()), { line: 2 })
  t.equal(body.readableEnded, true)
})
