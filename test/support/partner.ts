import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Test } from 'tap'

export interface Received {
  path: string
  body: { code?: string, revisionText?: string, steps?: string[] }
  at: number
}

export interface Partner {
  url: string
  received: Received[]
  /** How the next calls are answered; the last answer repeats. */
  answer: (handler: (request: Received, response: ServerResponse) => void) => void
}

/** A partner over real HTTP that keeps what it got; without a handler it says 200 to everything. */
export async function startPartner (t: Test): Promise<Partner> {
  const received: Received[] = []
  let handler = (_request: Received, response: ServerResponse): void => { response.end('ok') }
  const server = createServer((request: IncomingMessage, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      const entry = { path: request.url ?? '', body: text === '' ? {} : JSON.parse(text) as Received['body'], at: Date.now() }
      received.push(entry)
      handler(entry, response)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { url: `http://127.0.0.1:${port}`, received, answer: next => { handler = next } }
}
