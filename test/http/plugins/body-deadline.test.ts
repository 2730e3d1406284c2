// A body must arrive in time; how long that is, each route may say.
import { once } from 'node:events'
import { connect } from 'node:net'
import fastify from 'fastify'
import t from 'tap'
import bodyDeadline from '../../../src/http/plugins/body-deadline.js'

const app = fastify({ requestTimeout: 0 })
await app.register(bodyDeadline)
app.post('/quick', { config: { bodySeconds: 0.1 } }, async () => 'arrived')
app.post('/slow', { config: { bodySeconds: 60 } }, async () => 'arrived')
app.post('/working', { config: { bodySeconds: 0.1 } }, async () => {
  await new Promise(resolve => setTimeout(resolve, 300))
  return 'arrived'
})
const url = new URL(await app.listen({ port: 0 }))
t.teardown(() => app.close())

const GET = 'GET /other HTTP/1.1\r\nHost: x\r\n\r\n'

/** Sends the first half of a body, and the second after a while; returns all that was answered. */
async function halves (path: string, pauseMs: number, first = ''): Promise<string> {
  const socket = connect(Number(url.port), url.hostname)
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => {})
  socket.write(`${first}POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{`)
  const closed = once(socket, 'close')
  setTimeout(() => { if (socket.writable) socket.write('}') }, pauseMs)
  await closed
  return Buffer.concat(chunks).toString()
}

t.test('a body that does not arrive in time is answered 408 and cut', async t => {
  t.match(await halves('/quick', 5000), /^HTTP\/1\.1 408 /)
})

t.test('also on a connection that answered before', async t => {
  t.match(await halves('/quick', 5000, GET), /^HTTP\/1\.1 404 [^]+HTTP\/1\.1 408 /)
})

t.test('one that arrives in time is read', async t => {
  t.match(await halves('/slow', 200), /^HTTP\/1\.1 200 [^]+arrived/)
})

t.test('the time of the handler does not count', async t => {
  t.match(await halves('/working', 0), /^HTTP\/1\.1 200 [^]+arrived/)
})
