/**
 * `npm run bench`: intake, delivery and bulk intake, each beside a baseline run in the same minute, because only ratios travel from
 * one machine to another. Bounded in count; everything is on 127.0.0.1 and stopped at the end.
 */
import { Pool } from 'undici'
import { startChild } from '../demo/children.js'
import { openStage } from '../demo/processes.js'
import { aDossier, aStep } from '../test/support/dossiers.js'
import { benchImport } from './import.js'

const DOSSIERS = Number(process.argv[2] ?? 1000)
const IMPORT_LINES = Number(process.argv[3] ?? 100_000)
const IMPORT_SECONDS = 300
const IMPORT_MEGABYTES = 300
const PUSHERS = 16
/** The adapter's own number of lanes in flight. */
const LANES = 8

interface Result {
  what: string
  perSecond: number
  baseline: string
  baselinePerSecond: number
  ratio: number
}

const abort = new AbortController()
const lost = (error: Error): void => { abort.abort(error) }

async function main (): Promise<void> {
  const stage = await openStage({ port: 0, signal: abort.signal, lost })
  const bare = await startChild({ name: 'baseline', script: 'bench/baseline.js', environment: { PATH: process.env['PATH'] ?? '' }, addressIn: listening }, abort.signal, lost)
  try {
    const bareIntake = await push(bare.url, '')
    const direct = await sendDirectly(stage.sandboxUrl)
    const gateway = new Pool(stage.gatewayUrl)
    await post(gateway, '/v1/adapters/national-portal/pause', { key: stage.key })
    const intake = await push(stage.gatewayUrl, stage.key)
    const started = performance.now()
    await post(gateway, '/v1/adapters/national-portal/resume', { key: stage.key })
    await delivered(stage.sandboxUrl)
    const delivery = DOSSIERS / seconds(started)
    await gateway.close()
    print([
      compare({ what: 'intake: 202 after commit, embedded PostgreSQL', perSecond: intake, baseline: 'bare Fastify with the same schema', baselinePerSecond: bareIntake }),
      compare({ what: 'delivery: two calls, evidence and audit, queue in PostgreSQL', perSecond: delivery, baseline: 'two calls a dossier, sent directly', baselinePerSecond: direct })
    ])
  } finally {
    await bare.stop()
    await stage.stop()
  }
}

function compare ({ what, perSecond, baseline, baselinePerSecond }: Omit<Result, 'ratio'>): Result {
  return { what, perSecond: Math.round(perSecond), baseline, baselinePerSecond: Math.round(baselinePerSecond), ratio: Number((perSecond / baselinePerSecond).toFixed(3)) }
}

function print (results: readonly Result[]): void {
  for (const { what, perSecond, baseline, baselinePerSecond, ratio } of results) {
    process.stdout.write(`${what}: ${perSecond}/s; ${baseline}: ${baselinePerSecond}/s; ratio ${ratio}\n`)
  }
  process.stdout.write(`${JSON.stringify({ dossiers: DOSSIERS, results })}\n`)
}

/** Pushes every dossier once; returns how many a second. */
async function push (url: string, key: string): Promise<number> {
  const pool = new Pool(url, { connections: PUSHERS })
  const started = performance.now()
  await inParallel(PUSHERS, async n => post(pool, '/v1/dossiers', { key, body: document(n) }))
  const rate = DOSSIERS / seconds(started)
  await pool.close()
  return rate
}

/** The portal's two calls for every dossier, as quick as a client without memory can send them. */
async function sendDirectly (url: string): Promise<number> {
  const pool = new Pool(url, { connections: LANES })
  const { session } = await portal(pool, 'login', { username: '000.00.00.H15', password: 'sandbox' })
  const envelope = { session, madonvi: '000.00.00.H15' }
  const started = performance.now()
  await inParallel(LANES, async n => {
    await portal(pool, 'g', { ...envelope, service: 'TraCuuHoSo', mahoso: codeOf(n) })
    await portal(pool, 'g', { ...envelope, service: 'TraCuuHoSo', mahoso: codeOf(n) })
  })
  const rate = DOSSIERS / seconds(started)
  await pool.close()
  return rate
}

async function portal (pool: Pool, path: string, body: unknown): Promise<{ session: string }> {
  const { body: answer } = await pool.request({
    method: 'POST',
    path: `/mapi/${path}`,
    headers: { 'content-type': 'application/json', dstcode: 'bench' },
    body: JSON.stringify(body)
  })
  return await answer.json() as { session: string }
}

async function delivered (sandboxUrl: string): Promise<void> {
  const pool = new Pool(sandboxUrl)
  const deadline = performance.now() + 300_000
  for (;;) {
    const { body } = await pool.request({ method: 'GET', path: '/control/summary' })
    const { steps } = await body.json() as { steps: number }
    if (steps >= DOSSIERS) break
    if (performance.now() > deadline) throw new Error(`only ${steps} of ${DOSSIERS} steps arrived`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  await pool.close()
}

async function post (pool: Pool, path: string, { key, body = {} }: { key: string, body?: unknown }): Promise<void> {
  const { statusCode, body: answer } = await pool.request({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify(body)
  })
  const text = await answer.text()
  if (statusCode >= 300) throw new Error(`${path}: ${statusCode} ${text.slice(0, 200)}`)
}

async function inParallel (workers: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 1
  await Promise.all(Array.from({ length: workers }, async () => {
    for (let n = next++; n <= DOSSIERS; n = next++) await work(n)
  }))
}

function document (n: number): unknown {
  return aDossier({ code: codeOf(n), progress: [aStep()] })
}

function codeOf (n: number): string {
  return `000.00.14.H15-261104-${String(n).padStart(6, '0')}`
}

function seconds (started: number): number {
  return (performance.now() - started) / 1000
}

function listening (line: string): string | undefined {
  return /"listening":"([^"]+)"/.exec(line)?.[1]
}

await main()
await benchImport({ lines: IMPORT_LINES, seconds: IMPORT_SECONDS, singles: DOSSIERS, pushers: PUSHERS, megabytes: IMPORT_MEGABYTES })
