/** Bulk intake beside single pushes of the same dossiers: how many a second, and the gateway's largest memory. */
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { request, type ClientRequest, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'undici'
import { startChild, type Child } from '../demo/children.js'
import { openEmbedded } from '../src/db/embedded.js'
import { aDossier, aStep } from '../test/support/dossiers.js'
import { KEY, portalSettings } from '../test/support/gateway.js'

export interface ImportBenchOptions {
  lines: number
  /** No line is sent after so long: a busy machine takes a smaller number of them. */
  seconds: number
  singles: number
  pushers: number
  /** The API process may take so much. */
  megabytes: number
}

interface Sending extends ImportBenchOptions {
  url: string
}

const STEPS = 6

/** Between 2 and 4 KB, as dossiers with a handful of steps are. */
function document (n: number, series: string): string {
  const step = (index: number): ReturnType<typeof aStep> => aStep({
    id: `buoc-${index}`,
    occurredAt: `2026-11-0${4 + index % 5}T09:00:00+07:00`,
    content: `Bước ${index} của hồ sơ ${n}: ${'đã chuyển phòng chuyên môn thẩm định theo quy định, '.repeat(1 + (n + index) % 4)}`
  })
  return JSON.stringify(aDossier({ code: `000.00.14.H15-${series}-${String(n).padStart(6, '0')}`, progress: Array.from({ length: STEPS }, (_, index) => step(index)) }))
}

/** An API process of its own on a private PostgreSQL: nothing is delivered meanwhile. */
export async function benchImport (options: ImportBenchOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lienthong-bench-'))
  await chmod(folder, 0o711)
  const server = await openEmbedded({ dataDir: folder })
  const abort = new AbortController()
  let gateway: Child | undefined
  try {
    gateway = await startChild({
      name: 'gateway',
      script: 'src/process/server.js',
      // Nothing listens there: an API process sends nothing.
      environment: { PATH: process.env['PATH'] ?? '', ...portalSettings('http://127.0.0.1:9'), DATABASE_URL: server.url, MIGRATE_ON_START: 'yes', BOOTSTRAP_API_KEY: KEY, PORT: '0' },
      addressIn: line => /"event":"gateway.started".*?"url":"([^"]+)"/.exec(line)?.[1],
      arguments: ['api']
    }, abort.signal, error => { abort.abort(error) })
    await measure({ ...options, url: gateway.url })
  } finally {
    await gateway?.stop()
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function measure (options: Sending): Promise<void> {
  const single = await pushSingles(options)
  const pool = new Pool(options.url)
  const sampling = sample(pool)
  const started = performance.now()
  const { lines, bytes } = await importLines(options)
  const bulk = lines * 1000 / (performance.now() - started)
  const peakMegabytes = await sampling()
  await pool.close()
  const ratio = Number((bulk / single).toFixed(1))
  process.stdout.write(`bulk intake: ${lines} lines of ${Math.round(bytes / lines)} bytes: ${Math.round(bulk)}/s; pushed one by one: ${Math.round(single)}/s; ratio ${ratio}; largest memory ${peakMegabytes} MB\n`)
  process.stdout.write(`${JSON.stringify({ lines, bytes, perSecond: Math.round(bulk), singlePerSecond: Math.round(single), ratio, peakMegabytes })}\n`)
  if (peakMegabytes > options.megabytes) throw new Error(`bulk intake took ${peakMegabytes} MB; ${options.megabytes} are allowed`)
}

async function pushSingles ({ url, singles, pushers }: Sending): Promise<number> {
  const pool = new Pool(url, { connections: pushers })
  const started = performance.now()
  let next = 1
  await Promise.all(Array.from({ length: pushers }, async () => {
    for (let n = next++; n <= singles; n = next++) {
      const { statusCode, body } = await pool.request({ method: 'POST', path: '/v1/dossiers', headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` }, body: document(n, '261105') })
      await body.dump()
      if (statusCode !== 202) throw new Error(`a single push was answered ${statusCode}`)
    }
  }))
  const perSecond = singles * 1000 / (performance.now() - started)
  await pool.close()
  return perSecond
}

/** Sends and reads at once, each at the other's pace. */
async function importLines (options: Sending): Promise<{ lines: number, bytes: number }> {
  const call = request(`${options.url}/v1/dossiers/import`, { method: 'POST', headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/x-ndjson' } })
  const [last] = await Promise.all([lastLine(call), sendLines(call, options)])
  if (last['complete'] !== true || last['accepted'] !== last['lines']) throw new Error(`the import ended with ${JSON.stringify(last)}`)
  return { lines: Number(last['lines']), bytes: Number(last['bytes']) }
}

async function sendLines (call: ClientRequest, { lines, seconds }: ImportBenchOptions): Promise<void> {
  const until = performance.now() + seconds * 1000
  for (let n = 1; n <= lines && performance.now() < until; n++) {
    if (!call.write(`${document(n, '261106')}\n`)) await once(call, 'drain')
  }
  call.end()
}

async function lastLine (call: ClientRequest): Promise<Record<string, unknown>> {
  const [response] = await once(call, 'response') as [IncomingMessage]
  let last = '{}'
  for await (const line of createInterface({ input: response })) last = line
  return JSON.parse(last) as Record<string, unknown>
}

/** The returned function ends it and tells the largest, in MB. */
function sample (pool: Pool): () => Promise<number> {
  let peak = 0
  const ended = new AbortController()
  const running = (async () => {
    while (!ended.signal.aborted) {
      const { body } = await pool.request({ method: 'GET', path: '/metrics' })
      const bytes = Number(/^process_resident_memory_bytes (\S+)/m.exec(await body.text())?.[1] ?? 0)
      peak = Math.max(peak, Math.round(bytes / 1e6))
      await delay(250)
    }
  })()
  return async () => {
    ended.abort()
    await running
    return peak
  }
}
