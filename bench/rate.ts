/**
 * `node dist/bench/rate.js postgresql://…/empty`: arrivals at a local server with 20 calls a second allowed, from one
 * process and from two, and what a call costs with a limit that is never reached. The second process is a real one.
 */
import { fork } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { createHttpClient } from '../src/adapter-kit/http.js'
import { migrate } from '../src/db/migrate.js'
import { openDatabase, type Database } from '../src/db/open.js'
import { reserveSlots } from '../src/protection/rates.sql.js'
import { createPace } from '../src/protection/rate.js'
import type { Pace } from '../src/adapter-kit/contract/open.js'

const RATE = 20
const CALLS = 200
/** The portal's own number of connections. */
const LIMITS = { concurrency: 8, connections: 8, connectTimeoutMs: 5000, callTimeoutMs: 30_000, maxResponseBytes: 4096 }

interface Round {
  target: string
  calls: number
  callsPerSecond?: number
}

const [databaseUrl = '', child = ''] = process.argv.slice(2)

async function main (): Promise<void> {
  const db = open()
  await migrate(db)
  const arrivals: number[] = []
  const server = createServer((_request, response) => {
    arrivals.push(performance.now())
    response.end('ok')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  for (const processes of [1, 2]) {
    arrivals.length = 0
    const round = { target: `bench-${process.pid}-${processes}`, calls: CALLS / processes, callsPerSecond: RATE }
    await Promise.all(Array.from({ length: processes }, async () => { await inChild(url, round) }))
    print({ processes, ...summary(arrivals) })
  }
  const free = await msPerCall(db, url, { target: 'free', calls: 1000 })
  const limited = await msPerCall(db, url, { target: `high-${process.pid}`, calls: 1000, callsPerSecond: 1000 })
  print({ oneAfterAnother: { noLimitMs: free, limitOf1000Ms: limited, costMs: round(limited - free) } })
  server.close()
  await db.destroy()
}

function open (): Database {
  return openDatabase({ url: databaseUrl, maxConnections: 2, applicationName: 'bench-rate', onError: () => {} })
}

function paceOf (db: Database, { target, callsPerSecond }: Round): Pace | undefined {
  if (callsPerSecond === undefined) return undefined
  return createPace({ target, callsPerSecond, store: { reserve: async block => await reserveSlots(db, block), failed: (_target, error) => { throw error } } })
}

/** All calls at once: as many wait as there are connections. */
async function flood (url: string, round: Round): Promise<void> {
  const db = open()
  const client = createHttpClient({ limits: LIMITS, pace: paceOf(db, round) })
  await Promise.all(Array.from({ length: round.calls }, async () => await client.request({ method: 'GET', url: new URL(url), headers: {} })))
  await client.close()
  await db.destroy()
}

async function inChild (url: string, round: Round): Promise<void> {
  const running = fork(fileURLToPath(import.meta.url), [databaseUrl, JSON.stringify({ url, round })])
  const code = await new Promise<number | null>(resolve => { running.once('exit', resolve) })
  if (code !== 0) throw new Error(`a process ended with ${code}`)
}

/** One call after the other, so that every one needs a slot of its own: the dearest case. */
async function msPerCall (db: Database, url: string, round: Round): Promise<number> {
  const client = createHttpClient({ limits: LIMITS, pace: paceOf(db, round) })
  const started = performance.now()
  for (let n = 0; n < round.calls; n++) await client.request({ method: 'GET', url: new URL(url), headers: {} })
  const each = (performance.now() - started) / round.calls
  await client.close()
  return Number(each.toFixed(2))
}

function summary (arrivals: readonly number[]): Record<string, number> {
  const span = (arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)
  const within = (ms: number): number => Math.max(...arrivals.map(start => arrivals.filter(at => at >= start && at < start + ms).length))
  return { calls: arrivals.length, perSecond: round((arrivals.length - 1) * 1000 / span), mostInAnySecond: within(1000), mostInAny100Ms: within(100) }
}

function round (value: number): number {
  return Number(value.toFixed(2))
}

function print (line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

if (child === '') {
  await main()
} else {
  const { url, round: asked } = JSON.parse(child) as { url: string, round: Round }
  await flood(url, asked)
}
