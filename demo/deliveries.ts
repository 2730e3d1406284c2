/** Follows the deliveries until they have ended. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Api } from './http.js'

export interface Delivery {
  id: string
  dossierCode: string
  revision: number
  state: string
  attempts: number
  lastFailure: { kind: string, code: string } | null
}

export interface Following {
  signal: AbortSignal
  show: (done: number, total: number) => void
  /** Of the deliveries known now, how many must have ended; 1 for all. */
  share: number
}

const OPEN: ReadonlySet<string> = new Set(['queued', 'sending', 'retrying'])
const PAGE = 500
const POLL_MS = 250
const PATIENCE_MS = 40_000
const STUCK_SHOWN = 10

/** Bounded: what is still open in the end is named. */
export async function untilSettled (gateway: Api, { signal, show, share }: Following): Promise<Delivery[]> {
  const end = performance.now() + PATIENCE_MS
  for (;;) {
    const deliveries = await listDeliveries(gateway)
    const open = deliveries.filter(delivery => OPEN.has(delivery.state))
    show(deliveries.length - open.length, deliveries.length)
    if (deliveries.length - open.length >= share * deliveries.length) return deliveries
    if (performance.now() > end) throw stuck(open)
    await delay(POLL_MS, undefined, { signal })
  }
}

async function listDeliveries (gateway: Api): Promise<Delivery[]> {
  const all: Delivery[] = []
  let cursor: string | null = null
  do {
    const query: string = cursor === null ? '' : `&cursor=${cursor}`
    const page: { deliveries: Delivery[], nextCursor: string | null } = await gateway.get(`/v1/deliveries?limit=${PAGE}${query}`)
    all.push(...page.deliveries)
    cursor = page.nextCursor
  } while (cursor !== null)
  return all
}

function stuck (open: readonly Delivery[]): Error {
  const shown = open.slice(0, STUCK_SHOWN).map(line).join('\n')
  return new Error(`${open.length} deliveries are still open after ${PATIENCE_MS / 1000} s, among them:\n${shown}`)
}

function line ({ id, dossierCode, revision, state, attempts, lastFailure }: Delivery): string {
  return `${id} ${dossierCode} revision ${revision}: ${state}, ${attempts} attempts, ${lastFailure?.code ?? 'no failure'}`
}
