import { createServer, type IncomingHttpHeaders } from 'node:http'
import { Webhook } from 'standardwebhooks'
import type { Test } from 'tap'

export interface ReceivedWebhook {
  path: string
  headers: IncomingHttpHeaders
  /** As it came: signatures are over these bytes. */
  raw: string
  body: { id: string, type: string, timestamp: string, data: Record<string, unknown> }
}

export interface WebhookReceiver {
  url: string
  received: ReceivedWebhook[]
  /** What the next requests are answered; a function decides for each. */
  answer: (status: number | ((webhook: ReceivedWebhook) => number)) => void
  close: () => void
}

/** A portal over real HTTP. Port 0 takes a free one. */
export async function startWebhookReceiver (t: Test, wanted = 0): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = []
  let status = (_: ReceivedWebhook): number => 204
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const raw = Buffer.concat(chunks).toString()
      const webhook = { path: request.url ?? '', headers: request.headers, raw, body: JSON.parse(raw) as ReceivedWebhook['body'] }
      received.push(webhook)
      const code = status(webhook)
      response.writeHead(code, code >= 300 && code < 400 ? { location: '/elsewhere' } : {}).end()
    })
  })
  await new Promise<void>(resolve => server.listen(wanted, '127.0.0.1', resolve))
  const close = (): void => {
    server.closeAllConnections()
    server.close()
  }
  t.teardown(close)
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { url: `http://127.0.0.1:${port}/thong-bao`, received, answer: next => { status = typeof next === 'number' ? () => next : next }, close }
}

/** Does the library take it for genuine? */
export function isGenuine (secret: string, { raw, headers }: ReceivedWebhook): boolean {
  try {
    new Webhook(secret).verify(raw, headers as Record<string, string>)
    return true
  } catch {
    return false
  }
}

/** Settings of the adapter that make tests quick, and let it reach this machine. */
export const NOTIFIER_SETTINGS = {
  ADAPTER_PROVINCIAL_PORTAL_SIGNING_KEY: 'signing-key-of-tests-0123456789abcdef',
  ADAPTER_PROVINCIAL_PORTAL_ALLOW_NETWORKS: '127.0.0.0/8',
  ADAPTER_PROVINCIAL_PORTAL_RETRY_DELAYS_SECONDS: '0.1,0.2',
  ADAPTER_PROVINCIAL_PORTAL_BREAKER_PROBE_SECONDS: '0.2'
}
