/** What the partners' calls to this process came to, for `/metrics`. */
import { Counter, type Registry } from 'prom-client'

export interface InboundFact {
  adapter: string
  operation: string
  result: string
  /** Of a refusal; empty otherwise. From a closed list. */
  code: string
}

export interface InboundMetrics {
  note: (fact: InboundFact) => void
}

export function createInboundMetrics (registry: Registry): InboundMetrics {
  const calls = new Counter({ name: 'lienthong_inbound_total', help: 'Calls of partners to this process, by what they came to.', labelNames: ['adapter', 'operation', 'result', 'code'], registers: [registry] })
  return { note: fact => { calls.inc({ ...fact }) } }
}
