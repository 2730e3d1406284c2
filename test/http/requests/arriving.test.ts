// A body that is read while it arrives: no wait without an end, and the connection is left to be answered on.
import { PassThrough } from 'node:stream'
import t from 'tap'
import { Problem } from '../../../src/base/problem.js'
import { arrivingChunks } from '../../../src/http/requests/arriving.js'

const NEVER = new AbortController().signal

async function problemOf (body: PassThrough, options: Parameters<typeof arrivingChunks>[1]): Promise<unknown> {
  try {
    for await (const _ of arrivingChunks(body, options));
    return undefined
  } catch (error) {
    return error instanceof Problem ? error.options : error
  }
}

t.test('the chunks come as they were sent', async t => {
  const body = new PassThrough()
  body.write('một ')
  setImmediate(() => body.end('hai'))
  const chunks: Buffer[] = []
  for await (const chunk of arrivingChunks(body, { idleMs: 10_000, stopping: NEVER })) chunks.push(chunk)
  t.equal(Buffer.concat(chunks).toString(), 'một hai')
})

t.test('a sender that falls silent is told, and its connection is whole until then', async t => {
  const body = new PassThrough()
  body.write('một')
  t.match(await problemOf(body, { idleMs: 30, stopping: NEVER }), { status: 408, code: 'import-idle', headers: { connection: 'close' } })
  t.equal(body.destroyed, false)
})

t.test('the time that a reader takes is no silence', async t => {
  const body = new PassThrough()
  body.write('một')
  const chunks = arrivingChunks(body, { idleMs: 30, stopping: NEVER })
  await chunks.next()
  await new Promise(resolve => setTimeout(resolve, 60))
  body.end()
  t.equal((await chunks.next()).done, true)
})

t.test('a stop ends a wait, and whatever would be read after it', async t => {
  const stopping = new AbortController()
  setImmediate(() => { stopping.abort() })
  const stopped = { status: 503, code: 'import-stopped', headers: { 'retry-after': '30' } }
  t.match(await problemOf(new PassThrough(), { idleMs: 10_000, stopping: stopping.signal }), stopped)
  t.match(await problemOf(new PassThrough(), { idleMs: 10_000, stopping: stopping.signal }), stopped)
})

t.test('a connection that breaks is no end of the body', async t => {
  const body = new PassThrough()
  body.write('một')
  setImmediate(() => { body.destroy(new Error('aborted')) })
  t.match(await problemOf(body, { idleMs: 10_000, stopping: NEVER }), { message: 'aborted' })
})
