/**
 * `npm run bench:under-fire`: what one partner's trouble does to the others, and what comes after an outage. Gateway,
 * PostgreSQL (private) and both partners share the machine; ratios count.
 *
 * 1. Push to arrival at the first partner, with the second healthy and with the second dead (it takes every call and never answers).
 * 2. Failed deliveries redriven at once with 20 calls a second allowed, while new dossiers keep coming.
 */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import { pino } from 'pino'
import { buildApp } from '../src/http/app.js'
import { readConfig } from '../src/config/gateway.js'
import { openEmbedded } from '../src/db/embedded.js'
import { openDatabase } from '../src/db/open.js'
import { syncBootstrapKey } from '../src/db/keys.js'
import { openServices, type Services } from '../src/process/services.js'
import { aDossier } from '../test/support/dossiers.js'
import { KEY } from '../test/support/gateway.js'

const ROUNDS = 3
const PUSHES = 200
const PACE_MS = 50
const FAILED = Number(process.argv[2] ?? 2000)
const RATE = 20
const NEW_EVERY_MS = 1000

interface Partner {
  url: string
  /** When the call of a dossier came. */
  arrived: Map<string, number>
  answer: (response: ServerResponse) => void
  close: () => void
}

async function openPartner (): Promise<Partner> {
  const partner: Partner = { url: '', arrived: new Map(), answer: response => { response.end('ok') }, close: () => {} }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const { code } = JSON.parse(Buffer.concat(chunks).toString()) as { code: string }
      partner.arrived.set(code, performance.now())
      partner.answer(response)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  partner.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  partner.close = () => {
    server.closeAllConnections()
    server.close()
  }
  return partner
}

interface Gateway {
  app: FastifyInstance
  services: Services
  close: () => Promise<void>
}

async function openGateway (serverUrl: string, settings: Record<string, string>): Promise<Gateway> {
  const name = `bench_${Date.now()}`
  const admin = openDatabase({ url: serverUrl, maxConnections: 1, applicationName: 'bench', onError: () => {} })
  await sql`create database ${sql.id(name)}`.execute(admin)
  await admin.destroy()
  const config = readConfig({
    DATABASE_URL: serverUrl.replace(/\/[^/?]*(\?|$)/, `/${name}$1`), MIGRATE_ON_START: 'yes', BOOTSTRAP_API_KEY: KEY, LOG_LEVEL: 'silent', CATALOGUE_HOURS: '0', REDRIVE_CONFIRM_ABOVE: '0', ...settings
  })
  const log = pino({ level: 'silent' })
  const services = await openServices(config, 'all', { log, adaptersFolder: new URL('../test/fixtures/adapters/', import.meta.url) })
  const app = await buildApp({ services, config, log, role: 'all' })
  await syncBootstrapKey(services.db, KEY)
  return {
    app,
    services,
    close: async () => {
      await app.close()
      await services.close()
    }
  }
}

const codeAt = (n: number): string => `000.00.14.H15-261104-${String(n).padStart(6, '0')}`

async function push ({ app }: Gateway, code: string): Promise<number> {
  const started = performance.now()
  const answer = await app.inject({ method: 'POST', url: '/v1/dossiers', headers: { authorization: `Bearer ${KEY}` }, payload: aDossier({ code }) })
  if (answer.statusCode !== 202) throw new Error(`${answer.statusCode} ${answer.body.slice(0, 200)}`)
  return started
}

/** Median of push to arrival, in milliseconds. */
async function medianLatency (serverUrl: string, secondIsDead: boolean): Promise<number> {
  const [first, second] = [await openPartner(), await openPartner()]
  if (secondIsDead) second.answer = () => {}
  const gateway = await openGateway(serverUrl, { ADAPTERS: 'first,second', ADAPTER_FIRST_BASE_URL: first.url, ADAPTER_SECOND_BASE_URL: second.url, ADAPTER_SECOND_BREAKER_FAILURES: '5', ADAPTER_SECOND_BREAKER_PROBE_SECONDS: '5' })
  const pushed = new Map<string, number>()
  for (let n = 1; n <= PUSHES; n++) {
    pushed.set(codeAt(n), await push(gateway, codeAt(n)))
    await delay(PACE_MS)
  }
  while (first.arrived.size < PUSHES) await delay(50)
  second.answer = response => { response.end('ok') }
  first.close()
  second.close()
  await gateway.close()
  return median([...pushed].map(([code, at]) => (first.arrived.get(code) ?? 0) - at))
}

async function isolation (serverUrl: string): Promise<void> {
  await medianLatency(serverUrl, false)
  const rounds: Array<{ healthyMs: number, deadMs: number, ratio: number }> = []
  for (let round = 0; round < ROUNDS; round++) {
    const healthyMs = await medianLatency(serverUrl, false)
    const deadMs = await medianLatency(serverUrl, true)
    rounds.push({ healthyMs: rounded(healthyMs), deadMs: rounded(deadMs), ratio: rounded(deadMs / healthyMs) })
  }
  print({ oneAdapterDead: { rounds, bestRatio: Math.min(...rounds.map(({ ratio }) => ratio)) } })
}

async function afterOutage (serverUrl: string): Promise<void> {
  const first = await openPartner()
  const gateway = await openGateway(serverUrl, { ADAPTERS: 'first', ADAPTER_FIRST_BASE_URL: first.url, ADAPTER_FIRST_CALLS_PER_SECOND: String(RATE) })
  await seedFailed(gateway, FAILED)
  const redriven = await gateway.app.inject({ method: 'POST', url: '/v1/deliveries/redrive', headers: { authorization: `Bearer ${KEY}` }, payload: { state: 'failed', confirmCount: FAILED } })
  if (redriven.statusCode >= 300) throw new Error(redriven.body)
  const fresh = new Map<string, number>()
  const started = performance.now()
  // New work comes as long as the backlog lasts.
  for (let n = FAILED + 1; first.arrived.size < FAILED; n++) {
    fresh.set(codeAt(n), await push(gateway, codeAt(n)))
    await delay(NEW_EVERY_MS)
  }
  const seconds = (performance.now() - started) / 1000
  while (first.arrived.size < FAILED + fresh.size) await delay(50)
  const waits = [...fresh].map(([code, at]) => (first.arrived.get(code) ?? 0) - at).sort((a, b) => a - b)
  const arrivals = [...first.arrived.values()].sort((a, b) => a - b)
  print({
    afterOutage: {
      redriven: FAILED,
      seconds: Math.round(seconds),
      mostInAnySecond: mostWithin(arrivals, 1000),
      newDossiers: waits.length,
      newMedianMs: Math.round(median(waits)),
      newSlowestMs: Math.round(waits.at(-1) ?? 0)
    }
  })
  first.close()
  await gateway.close()
}

async function seedFailed ({ services: { db } }: Gateway, count: number): Promise<void> {
  const content = aDossier()
  await sql`
    with d as (
      insert into dossiers (code, client_id, agency_code, procedure_code, revision, content_hash)
      select '000.00.14.H15-261104-' || lpad(n::text, 6, '0'), 'bench', '000.00.14.H15', '1.001776', 1, ''::bytea from generate_series(1, ${count}::int) n returning id, code),
    r as (
      insert into revisions (dossier_id, revision, content, content_hash, client_id, event_at)
      select id, 1, ${JSON.stringify(content)}::jsonb || jsonb_build_object('code', code), ''::bytea, 'bench', now() from d),
    l as (insert into lanes (adapter, dossier_id) select 'first', id from d returning id, dossier_id)
    insert into deliveries (lane_id, adapter, dossier_id, revision, state, attempts, ended_at, failed_at, failure_kind, failure_code, failure, fingerprint)
    select id, 'first', dossier_id, 1, 'failed', 1, now(), now(), 'transient', 'unreachable', '{}', 'bench' from l`.execute(db)
}

/** Of sorted times: the most that lie within any window of this length. */
function mostWithin (times: readonly number[], windowMs: number): number {
  let [most, from] = [0, 0]
  times.forEach((time, to) => {
    while ((times[from] ?? time) <= time - windowMs) from++
    most = Math.max(most, to - from + 1)
  })
  return most
}

function median (numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

function rounded (value: number): number {
  return Number(value.toFixed(2))
}

function print (line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

const folder = await mkdtemp(join(tmpdir(), 'lienthong-bench-'))
await chmod(folder, 0o711)
const server = await openEmbedded({ dataDir: folder })
try {
  await isolation(server.url)
  await afterOutage(server.url)
} finally {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}
