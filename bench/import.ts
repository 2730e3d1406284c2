/** Bulk intake beside single pushes of the same dossiers: how many a second, and the gateway's largest memory. */
import { once } from 'node:events'
import { request, type ClientRequest, type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'undici'
import { aDossier, aStep } from '../test/support/dossiers.js'

export interface ImportBenchOptions {
  url: string
  key: string
  lines: number
  /** No line is sent after so long: a busy machine takes a smaller number of them. */
  seconds: number
  singles: number
  pushers: number
}

export interface ImportBench {
  lines: number
  bytes: number
  perSecond: number
  singlePerSecond: number
  ratio: number
  /** Of the process that takes the import, sampled while it ran. */
  peakMegabytes: number
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

export async function benchImport (options: ImportBenchOptions): Promise<ImportBench> {
  const singlePerSecond = await pushSingles(options)
  const pool = new Pool(options.url)
  const sampling = sample(pool)
  const started = performance.now()
  const { lines, bytes } = await importLines(options)
  const perSecond = lines * 1000 / (performance.now() - started)
  const peakMegabytes = await sampling()
  await pool.close()
  return {
    lines, bytes, perSecond: Math.round(perSecond), singlePerSecond: Math.round(singlePerSecond), ratio: Number((perSecond / singlePerSecond).toFixed(1)), peakMegabytes
  }
}

async function pushSingles ({ url, key, singles, pushers }: ImportBenchOptions): Promise<number> {
  const pool = new Pool(url, { connections: pushers })
  const started = performance.now()
  let next = 1
  await Promise.all(Array.from({ length: pushers }, async () => {
    for (let n = next++; n <= singles; n = next++) {
      const { statusCode, body } = await pool.request({ method: 'POST', path: '/v1/dossiers', headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` }, body: document(n, '261105') })
      await body.dump()
      if (statusCode !== 202) throw new Error(`a single push was answered ${statusCode}`)
    }
  }))
  const perSecond = singles * 1000 / (performance.now() - started)
  await pool.close()
  return perSecond
}

/** Sends and reads at once, each at the other's pace. */
async function importLines (options: ImportBenchOptions): Promise<{ lines: number, bytes: number }> {
  const call = request(`${options.url}/v1/dossiers/import`, { method: 'POST', headers: { authorization: `Bearer ${options.key}`, 'content-type': 'application/x-ndjson' } })
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
