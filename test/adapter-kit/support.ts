import { spawnSync } from 'node:child_process'
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import type { Test } from 'tap'
import { createHttpClient, HttpFailure, type HttpAnswer, type HttpRequest } from '../../src/adapter-kit/http.js'
import type { ManifestLimits } from '../../src/adapter-kit/manifest.js'

export const LIMITS: ManifestLimits = { concurrency: 4, connections: 4, connectTimeoutMs: 2000, callTimeoutMs: 5000, maxResponseBytes: 4096 }

export type Ask = (url: URL, request?: Partial<HttpRequest>) => Promise<HttpAnswer>

/** A client that is closed at the test's end. */
export function openClient (t: Test, limits: Partial<ManifestLimits> = {}): Ask {
  const client = createHttpClient({ limits: { ...LIMITS, ...limits } })
  t.teardown(() => client.close())
  return (url, request = {}) => client.request({ method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}', signal: new AbortController().signal, ...request, url })
}

/** The failure that a request must end with. */
export async function failureOf (asking: Promise<HttpAnswer>): Promise<HttpFailure> {
  const end: unknown = await asking.catch((error: unknown) => error)
  if (!(end instanceof HttpFailure)) throw new Error(`expected an HttpFailure, got ${JSON.stringify(end)}`)
  return end
}

export async function listening (t: Test, server: Server, scheme = 'http'): Promise<URL> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('error', () => {}))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return new URL(`${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/path?q=1`)
}

/** A partner that speaks HTTP. */
export async function httpPartner (t: Test, handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<URL> {
  return listening(t, createHttpServer({ keepAliveTimeout: 30_000 }, handler))
}

/** A partner that does to its sockets whatever it likes, once a request came; `requests` counts them. */
export async function rawPartner (t: Test, onRequest: (socket: Socket) => void): Promise<{ url: URL, requests: () => number }> {
  let requests = 0
  const url = await listening(t, createServer(socket => {
    socket.on('data', () => {
      requests++
      onRequest(socket)
    })
  }))
  return { url, requests: () => requests }
}

/** An address where nobody listens: its port was just given back. */
export async function closedPort (): Promise<URL> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return new URL(`http://127.0.0.1:${port}/`)
}

/** Listens, then never takes a connection out of the backlog: its thread sleeps. */
const SLEEPER = `
  const { parentPort } = require('node:worker_threads')
  const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  })`

/** A server that does not accept and whose backlog is full: the kernel drops further attempts to connect. */
export async function fullBacklog (t: Test): Promise<URL> {
  const worker = new Worker(SLEEPER, { eval: true })
  t.teardown(() => worker.terminate())
  const port = await new Promise<number>((resolve, reject) => { worker.once('message', resolve).once('error', reject) })
  for (let connected = true; connected;) {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    t.teardown(() => { socket.destroy() })
    connected = await new Promise<boolean>(resolve => {
      socket.once('connect', () => { resolve(true) })
      setTimeout(() => { resolve(false) }, 300)
    })
  }
  return new URL(`http://127.0.0.1:${port}/`)
}

export interface Certificate {
  key: string
  cert: string
}

/** A self-signed certificate made by the `openssl` command; undefined where there is none. */
export function selfSigned (): Certificate | undefined {
  const made = spawnSync('openssl', [
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1',
    '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', '-', '-out', '-'
  ], { encoding: 'utf8' })
  const key = /-----BEGIN PRIVATE KEY-----[^]+?-----END PRIVATE KEY-----/.exec(made.stdout ?? '')?.[0]
  const cert = /-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----/.exec(made.stdout ?? '')?.[0]
  return key === undefined || cert === undefined ? undefined : { key, cert }
}
