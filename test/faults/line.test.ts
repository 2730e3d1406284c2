import { connect, createServer, type Socket } from 'node:net'
import { once } from 'node:events'
import t, { type Test } from 'tap'
import { openLine, type Line } from '../../faults/line.js'

/** A line to a server that says everything back. */
async function openEcho (t: Test): Promise<Line> {
  const server = createServer(socket => { socket.on('error', () => {}).pipe(socket) })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { server.close() })
  const address = server.address()
  const line = await openLine({ host: '127.0.0.1', port: typeof address === 'object' && address !== null ? address.port : 0 })
  t.teardown(() => line.close())
  return line
}

async function call (line: Line): Promise<Socket> {
  const socket = connect(line.port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

async function echo (socket: Socket, text: string): Promise<string> {
  socket.write(text)
  const [answer] = await once(socket, 'data') as [Buffer]
  return answer.toString()
}

t.test('a line passes bytes both ways, breaks connections, and takes new ones', async t => {
  const line = await openEcho(t)
  const socket = await call(line)
  t.equal(await echo(socket, 'một'), 'một')
  const closed = once(socket, 'close')
  line.breakAll()
  await closed
  const next = await call(line)
  t.equal(await echo(next, 'hai'), 'hai')
  next.destroy()
})

t.test('a line that is cut refuses, until it is mended on the same port', async t => {
  const line = await openEcho(t)
  const { port } = line
  await line.cut()
  await t.rejects(call(line), { code: 'ECONNREFUSED' })
  await line.mend()
  const socket = await call(line)
  t.equal(await echo(socket, 'ba'), 'ba')
  t.equal(line.port, port)
  socket.destroy()
})

t.test('a line that is held up loses nothing and keeps the order', async t => {
  const line = await openEcho(t)
  const socket = await call(line)
  line.holdUp(300)
  const started = performance.now()
  let heard = ''
  socket.on('data', (chunk: Buffer) => { heard += chunk.toString() })
  socket.write('một ')
  setTimeout(() => { socket.write('hai') }, 50)
  while (!heard.endsWith('hai')) await once(socket, 'data')
  t.equal(heard, 'một hai')
  t.ok(performance.now() - started >= 250)
  socket.destroy()
})
