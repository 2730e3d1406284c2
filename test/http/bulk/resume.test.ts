// An import as it runs: answered while it is sent, slowed by a reader, broken off and taken up where it was.
import t from 'tap'
import { startGateway, until } from '../../support/gateway.js'
import { openImport, type Line } from '../../support/bulk-call.js'
import { ndjson, stock, stocked, stockedCode } from '../../support/ndjson.js'

t.setTimeout(120_000)
const gateway = await startGateway(t, { role: 'api' })
const { services } = gateway
const { db } = services
const url = await gateway.app.listen({ port: 0 })

async function statusOf (id: string): Promise<Line> {
  return (await gateway.call({ url: `/v1/imports/${id}` })).json()
}

/** Every dossier of the stock is there once, at revision 1, with one delivery, and nothing else is. */
async function checkOnce (count: number): Promise<void> {
  const rows = await db.selectFrom('dossiers as x').innerJoin('deliveries as d', 'd.dossier_id', 'x.id').select(['x.code', 'x.revision']).orderBy('x.code').execute()
  t.strictSame(rows, Array.from({ length: count }, (_, n) => ({ code: stockedCode(n + 1), revision: 1 })))
}

t.test('a sender that waits for results before it goes on gets them', async t => {
  const call = openImport(url, { query: '?importId=tung-phan' })
  await call.write(ndjson(stock(3)))
  t.match(await call.lines(3), [1, 2, 3].map(line => ({ line, status: 'accepted' })))
  t.match(await statusOf('tung-phan'), { state: 'running', lines: 3, accepted: 3 })
  await call.write(JSON.stringify(stocked(4)).slice(0, 50))
  call.end(JSON.stringify(stocked(4)).slice(50))
  t.match(await call.rest(), [{ line: 4, status: 'accepted' }, { type: 'summary', complete: true, lines: 4 }])
  t.match(await statusOf('tung-phan'), { state: 'complete', lines: 4 })
})

t.test('a connection that breaks: the same file under the same key goes on behind the last line that was stored', async t => {
  const file = ndjson(stock(1000))
  const call = openImport(url, { headers: { 'idempotency-key': 'dut' } })
  await call.write(file.slice(0, file.length * 0.7))
  await call.lines(450)
  call.cut()
  await until(async () => (await statusOf('dut'))['state'] === 'resumable')
  const { lines: stored } = await statusOf('dut') as { lines: number }
  t.ok(stored >= 450 && stored < 1000, `${stored} of 1000`)
  const again = openImport(url, { headers: { 'idempotency-key': 'dut' } })
  again.end(file)
  const [skipped, ...rest] = await again.rest()
  t.match(skipped, { type: 'skipped', importId: 'dut', lines: stored, accepted: stored - 4, unchanged: 4 })
  t.strictSame(rest.slice(0, -1).map(({ line, status }) => [line, status]), Array.from({ length: 1000 - stored }, (_, n) => [stored + n + 1, 'accepted']))
  t.match(rest.at(-1), { type: 'summary', complete: true, lines: 1000, accepted: 996, unchanged: 4, rejected: 0 })
  await checkOnce(1000)
  const ends = await db.selectFrom('audit_entries').select('details').where('action', '=', 'import.ended').orderBy('id').execute()
  t.match(ends.slice(-2).map(({ details }) => details), [{ import: 'dut', complete: false, lines: stored }, { import: 'dut', complete: true, lines: 1000 }])
})

t.test('two at once under one key: the second is told so, and changes nothing', async t => {
  const first = openImport(url, { query: '?importId=hai' })
  await first.write(ndjson([stocked(1)]))
  await first.lines(1)
  const second = openImport(url, { query: '?importId=hai' })
  second.end(ndjson([stocked(1)]))
  const answer = await second.answered
  t.equal(answer.statusCode, 409)
  t.match(answer.headers['retry-after'], /^[1-9]\d*$/)
  t.match(await second.rest(), [{ code: 'import-running' }])
  first.end()
  t.match((await first.rest()).at(-1), { complete: true, lines: 1 })
})

t.test('a reader that does not read stops the import; it goes on when it does', async t => {
  const lines = 6000
  const call = openImport(url, { query: '?importId=cham' })
  call.end('{"code":"thieu"}\n'.repeat(lines))
  const { socket } = await call.answered
  let before = -1
  const stands = async (): Promise<boolean> => {
    const { lines: now } = await statusOf('cham') as { lines: number }
    const same = now === before
    before = now
    return same
  }
  await until(async () => {
    if (!await stands()) return false
    await new Promise(resolve => setTimeout(resolve, 1000))
    return stands()
  })
  t.ok(before > 0 && before < lines, `${before} of ${lines} lines, the answer unread`)
  const rest = await call.rest()
  t.equal(rest.length, lines + 1)
  t.match(rest.at(-1), { complete: true, lines, rejected: lines })
  t.ok(socket.bytesRead > 8_000_000, 'more than the sockets hold')
})

t.test('intake that closes ends a running import of either mode; what was stored stays, and the rest follows', async t => {
  const open = services.watch.closedBy
  t.teardown(() => { services.watch.closedBy = open })
  const file = ndjson(stock(1500).slice(1000))
  const call = openImport(url, { query: '?importId=day' })
  const baseline = openImport(url, { query: '?mode=baseline' })
  await Promise.all([call.write(file.slice(0, file.length / 2)), baseline.write(ndjson([stocked(2001)]))])
  await call.lines(200)
  services.watch.closedBy = () => new Set(['database-nearly-full'] as const)
  await Promise.all([call.write(file.slice(file.length / 2)), baseline.write(ndjson([stocked(2002)]))])
  const last = (await call.rest()).at(-1)
  t.match(last, { type: 'summary', complete: false, problem: { status: 503, code: 'database-nearly-full', detail: /cùng khóa/ } })
  t.equal((await baseline.answered).statusCode, 503)
  t.match(await baseline.rest(), [{ code: 'database-nearly-full' }])
  services.watch.closedBy = open
  const again = openImport(url, { query: '?importId=day' })
  again.end(file)
  t.match((await again.rest()).at(-1), { complete: true, lines: 500, accepted: 500 })
  await checkOnce(1500)
})

t.test('an import that is under way when the gateway stops ends with a last line', async t => {
  const call = openImport(url, { query: '?importId=dung' })
  await call.write(ndjson([stocked(1)]))
  await call.lines(1)
  const [rest] = await Promise.all([call.rest(), gateway.app.close()])
  t.match(rest, [{ type: 'summary', complete: false, lines: 1, problem: { status: 503, code: 'import-stopped' } }])
  t.match(await db.selectFrom('imports').select(['line', 'lease_token', 'ended_at']).where('id', '=', 'dung').execute(), [{ line: '1', lease_token: null, ended_at: null }])
})
