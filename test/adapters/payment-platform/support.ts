import type { InboundRequest } from '../../../src/adapter-kit/contract/receive.js'

/** A call of the platform on 4 November 2026, at ten in the morning. */
export function inboundRequest (operation: string, body: string | Buffer): InboundRequest {
  return {
    operation,
    path: `/callbacks/payment-platform/${operation}`,
    headers: {},
    query: {},
    body: typeof body === 'string' ? Buffer.from(body) : body,
    address: '10.20.0.5',
    receivedAt: new Date('2026-11-04T03:00:00Z')
  }
}
