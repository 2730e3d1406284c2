/**
 * `npm run bench:redrive`: failed deliveries redriven by filter through a job, against a private PostgreSQL, the adapter
 * paused. Two rounds in one gateway, a tenth and all of them: time beside one bare UPDATE of as many rows, and the
 * gateway's largest memory, which must not grow with the number.
 */
import { mkdtemp, chmod, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { Pool } from 'undici'
import { startChild, type Child } from '../demo/children.js'
import { openEmbedded } from '../src/db/embedded.js'
import { migrate } from '../src/db/migrate.js'
import { openDatabase, type Database } from '../src/db/open.js'
import { aDossier } from '../test/support/dossiers.js'
import { KEY, portalSettings } from '../test/support/gateway.js'

const FAILED = Number(process.argv[2] ?? 30_000)
const ADAPTER = 'national-portal'
const SEED_CHUNK = 5000

interface Round {
  deliveries: number
  seconds: number
  bareSeconds: number
  ratio: number
  /** Of the gateway, sampled while the job ran. */
  peakMegabytes: number
  firstPageMs: number
  each: 'once'
}

async function main (): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lienthong-bench-'))
  await chmod(folder, 0o711)
  const server = await openEmbedded({ dataDir: folder })
  const db = openDatabase({ url: server.url, maxConnections: 3, applicationName: 'bench', onError: () => {} })
  const abort = new AbortController()
  let gateway: Child | undefined
  try {
    await migrate(db)
    await sql`insert into adapter_controls (adapter, paused_at, paused_by) values (${ADAPTER}, now(), 'bench')`.execute(db)
    gateway = await startChild({
      name: 'gateway',
      script: 'src/process/server.js',
      // Nothing listens there: what is paused is not sent.
      environment: { PATH: process.env['PATH'] ?? '', ...portalSettings('http://127.0.0.1:9'), DATABASE_URL: server.url, BOOTSTRAP_API_KEY: KEY, PORT: '0', REDRIVE_CONFIRM_ABOVE: '0', CATALOGUE_HOURS: '0' },
      addressIn: line => /"event":"gateway.started".*?"url":"([^"]+)"/.exec(line)?.[1]
    }, abort.signal, error => { abort.abort(error) })
    const rounds = [await round(db, gateway.url, { from: 0, count: Math.ceil(FAILED / 10) }), await round(db, gateway.url, { from: FAILED, count: FAILED })]
    for (const one of rounds) process.stdout.write(`${JSON.stringify(one)}\n`)
    const [small, large] = rounds
    process.stdout.write(`${JSON.stringify({ memoryOfLargeToSmall: Number(((large?.peakMegabytes ?? 0) / (small?.peakMegabytes ?? 1)).toFixed(2)) })}\n`)
  } finally {
    await gateway?.stop()
    await db.destroy()
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function round (db: Database, url: string, { from, count }: { from: number, count: number }): Promise<Round> {
  await seed(db, from, count)
  const bareSeconds = await bareUpdate(db)
  const pool = new Pool(url)
  const started = performance.now()
  const { job } = await call(pool, '/v1/deliveries/redrive', { state: 'failed', confirmCount: count }) as { job: string }
  let peakMegabytes = 0
  for (;;) {
    const { state } = await call(pool, job) as { state: string }
    peakMegabytes = Math.max(peakMegabytes, await memory(pool))
    if (state === 'done') break
    await delay(200)
  }
  const seconds = (performance.now() - started) / 1000
  const asked = performance.now()
  await call(pool, `${job}/items?limit=100`)
  const firstPageMs = Math.round(performance.now() - asked)
  await pool.close()
  await checkOnce(db, job, count)
  return { deliveries: count, seconds: Number(seconds.toFixed(1)), bareSeconds: Number(bareSeconds.toFixed(2)), ratio: Number((seconds / bareSeconds).toFixed(1)), peakMegabytes, firstPageMs, each: 'once' }
}

/** Dossiers whose only delivery has failed. */
async function seed (db: Database, from: number, count: number): Promise<void> {
  const content = JSON.stringify(aDossier())
  for (let start = 0; start < count; start += SEED_CHUNK) {
    await sql`
      with d as (
        insert into dossiers (code, client_id, agency_code, procedure_code, revision, content_hash)
        select '000.00.14.H15-261104-' || lpad(n::text, 6, '0'), 'bench', '000.00.14.H15', '1.001776', 1, ''::bytea
        from generate_series(${from + start + 1}::int, ${from + Math.min(start + SEED_CHUNK, count)}::int) n returning id),
      r as (
        insert into revisions (dossier_id, revision, content, content_hash, client_id, event_at)
        select id, 1, ${content}::jsonb, ''::bytea, 'bench', now() from d),
      l as (insert into lanes (adapter, dossier_id) select ${ADAPTER}, id from d returning id, dossier_id)
      insert into deliveries (lane_id, adapter, dossier_id, revision, state, attempts, ended_at, failed_at, failure_kind, failure_code, failure, fingerprint)
      select id, ${ADAPTER}, dossier_id, 1, 'failed', 1, now(), now(), 'mapping', 'mapping-failed', '{}', 'bench' from l`.execute(db)
  }
  await sql`analyze deliveries`.execute(db)
}

/** The least that redriving costs any program: the rows' own update. It is undone. */
async function bareUpdate (db: Database): Promise<number> {
  const started = performance.now()
  await db.transaction().execute(async tx => {
    await sql`update deliveries set state = 'queued', next_attempt_at = clock_timestamp() where state = 'failed'`.execute(tx)
    throw new Error('undone')
  }).catch((error: Error) => { if (error.message !== 'undone') throw error })
  return (performance.now() - started) / 1000
}

async function checkOnce (db: Database, job: string, count: number): Promise<void> {
  const id = job.split('/').at(-1) ?? ''
  const { rows: [told] } = await sql<{ items: number, audited: number, twice: number }>`
    select (select count(*)::int from redrive_items where redrive_id = ${id} and result = 'redriven') as items,
           (select count(*)::int from audit_entries where action = 'delivery.redriven' and details ->> 'redrive' = ${id}) as audited,
           (select count(*)::int from (select 1 from audit_entries where action = 'delivery.redriven' group by delivery_id having count(*) > 1) x) as twice`.execute(db)
  if (told?.items !== count || told.audited !== count || told.twice !== 0) throw new Error(`not each once: ${JSON.stringify(told)}`)
}

async function memory (pool: Pool): Promise<number> {
  const { body } = await pool.request({ method: 'GET', path: '/metrics' })
  return Math.round(Number(/^process_resident_memory_bytes (\S+)/m.exec(await body.text())?.[1] ?? 0) / 1024 / 1024)
}

async function call (pool: Pool, path: string, payload?: object): Promise<unknown> {
  const { statusCode, body } = await pool.request({
    method: payload === undefined ? 'GET' : 'POST',
    path,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
    ...(payload === undefined ? {} : { body: JSON.stringify(payload) })
  })
  const text = await body.text()
  if (statusCode >= 300) throw new Error(`${path}: ${statusCode} ${text.slice(0, 200)}`)
  return JSON.parse(text)
}

await main()
