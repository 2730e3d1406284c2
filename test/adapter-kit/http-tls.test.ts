// TLS: what fails in the handshake did not leave; what breaks afterwards may have.
import { connect, createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import t, { type Test } from 'tap'
import { failureOf, listening, openClient, selfSigned } from './support.js'

t.setTimeout(30_000)
const certificate = selfSigned()
const skip = certificate === undefined ? 'no openssl command to make a certificate with' : false

t.test('a self-signed certificate is refused before anything is sent', { skip }, async t => {
  let received = 0
  const server = createTlsServer({ ...certificate }, socket => socket.on('data', () => received++).on('error', () => {}))
  const failure = await failureOf(openClient(t)(await listening(t, server, 'https')))
  t.match(failure, { code: 'DEPTH_ZERO_SELF_SIGNED_CERT', sent: false })
  t.equal(received, 0)
})

t.test('a partner that speaks no TLS gets nothing', async t => {
  const server = createServer(socket => socket.on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))
  const failure = await failureOf(openClient(t)(await listening(t, server, 'https')))
  t.match(failure.code, /^(ERR_SSL_|EPROTO)/)
  t.equal(failure.sent, false)
})

t.test('TLS that breaks after the request was read: it may have been done', { skip }, async t => {
  trustEverything(t)
  let received = 0
  let corrupt: () => void = () => {}
  const partner = await listening(t, createTlsServer({ ...certificate }, socket => {
    socket.on('error', () => {}).on('data', () => {
      received++
      corrupt()
    })
  }))
  const line = createServer(socket => {
    const onward = connect(Number(partner.port), '127.0.0.1').on('error', () => {})
    socket.pipe(onward).pipe(socket)
    // A record that is not of this session: the client cannot decrypt it.
    corrupt = () => { socket.end(Buffer.concat([Buffer.from([0x17, 3, 3, 0, 32]), Buffer.alloc(32, 7)])) }
  })
  const failure = await failureOf(openClient(t)(await listening(t, line, 'https')))
  t.equal(received, 1, `${failure.code} came after the partner had the request`)
  t.equal(failure.sent, true, 'may have been received')
})

/** For connections of this test only: the client has no setting that would trust anything but the machine's store. */
function trustEverything (t: Test): void {
  const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED']
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
  t.teardown(() => {
    if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
    else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before
  })
}
