// `kill -9`, and SIGTERM, in the middle of a bulk intake: the same file goes on at another process; nothing is lost, nothing doubled.
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { openDatabase, type Database } from '../../src/db/open.js'
import { checkConservation, readToTheEnd } from '../support/conservation.js'
import { createDatabase } from '../support/database.js'
import { KEY, portalSettings, settled, startSandbox, until } from '../support/gateway.js'
import { openImport, type Line } from '../support/bulk-call.js'
import { ndjson, stock, stockedCode } from '../support/ndjson.js'
import { spawnGateway } from '../support/process.js'

t.setTimeout(240_000)
const COUNT = 400
const FILE = ndjson(stock(COUNT))

async function openStage (t: Test): Promise<{ environment: Record<string, string>, db: Database, sandbox: Awaited<ReturnType<typeof startSandbox>>['sandbox'] }> {
  const { sandbox, url } = await startSandbox(t)
  const database = await createDatabase(t)
  const db = openDatabase({ url: database, maxConnections: 3, applicationName: 'test', onError: () => {} })
  t.teardown(() => db.destroy())
  const environment = {
    ...portalSettings(url), DATABASE_URL: database, MIGRATE_ON_START: 'yes', BOOTSTRAP_API_KEY: KEY, LEASE_SECONDS: '3', SWEEP_SECONDS: '1', QUEUE_PREFIX: `import-${process.pid}`
  }
  return { environment, db, sandbox }
}

/** As a client does that takes Retry-After at its word. */
async function sendUntilTaken (url: string, id: string): Promise<Line[]> {
  for (;;) {
    const call = openImport(url, { headers: { 'idempotency-key': id, 'content-encoding': 'gzip' } })
    call.end(gzipSync(FILE) as unknown as string)
    const { statusCode, headers } = await call.answered
    const lines = await call.rest().catch((): Line[] => [])
    if (statusCode !== 409) return lines
    await new Promise(resolve => setTimeout(resolve, Number(headers['retry-after']) * 1000))
  }
}

async function storedLines (db: Database): Promise<number> {
  return Number((await db.selectFrom('imports').select('line').executeTakeFirst())?.line ?? 0)
}

async function checkAll (t: Test, db: Database): Promise<void> {
  const rows = await db.selectFrom('dossiers').select(['code', 'revision']).orderBy('code').execute()
  t.strictSame(rows, Array.from({ length: COUNT }, (_, n) => ({ code: stockedCode(n + 1), revision: 1 })))
  const { count } = await db.selectFrom('progress_steps').select(eb => eb.fn.countAll<string>().as('count')).executeTakeFirstOrThrow()
  t.equal(Number(count), COUNT * 2.5)
}

t.test('after kill -9 the file goes on at another process, and every dossier arrives once', async t => {
  const { environment, db, sandbox } = await openStage(t)
  const first = await spawnGateway(t, environment)
  const call = openImport(first.url, { headers: { 'idempotency-key': 'kill' } })
  const results = call.rest().catch((): Line[] => [])
  // The rest comes after the kill: however quick the machine is, it hits the middle.
  await call.write(FILE.slice(0, FILE.length * 0.8))
  await until(async () => await storedLines(db) >= 200)
  await first.kill('SIGKILL')
  await results
  await readToTheEnd(sandbox)
  const atKill = await storedLines(db)
  t.ok(atKill >= 200 && atKill < COUNT, `killed at ${atKill} of ${COUNT}`)

  const second = await spawnGateway(t, environment)
  const lines = await sendUntilTaken(second.url, 'kill')
  t.match(lines[0], { type: 'skipped', lines: atKill, accepted: atKill })
  t.match(lines.at(-1), { type: 'summary', complete: true, lines: COUNT, accepted: COUNT, unchanged: 0, rejected: 0 })
  await checkAll(t, db)
  await settled({ db })
  await checkConservation(t, db, sandbox)
})

t.test('SIGTERM ends it between two batches with a last line, in time, and the file goes on', async t => {
  const { environment, db } = await openStage(t)
  const first = await spawnGateway(t, environment, 'api')
  const call = openImport(first.url, { headers: { 'idempotency-key': 'term' } })
  await call.write(FILE.slice(0, FILE.length * 0.8))
  await call.lines(1)
  const [rest, code] = await Promise.all([call.rest(), first.kill('SIGTERM')])
  t.equal(code, 0)
  const last = rest.at(-1)
  t.match(last, { type: 'summary', complete: false, problem: { status: 503, code: 'import-stopped' } })
  t.equal(await storedLines(db), last?.['lines'])

  const second = await spawnGateway(t, environment, 'api')
  t.match((await sendUntilTaken(second.url, 'term')).at(-1), { complete: true, lines: COUNT, accepted: COUNT })
  await checkAll(t, db)
})
