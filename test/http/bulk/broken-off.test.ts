// An import that breaks off midway: what was recorded stays, the log tells it, and the whole file again brings the rest.
import { once } from 'node:events'
import { request, type ClientRequest, type IncomingMessage } from 'node:http'
import t from 'tap'
import { KEY, startGateway, until, type TestGateway } from '../../support/gateway.js'
import { ndjson, stock } from '../../support/ndjson.js'

t.setTimeout(60_000)

/** More than a batch, so that some is recorded when it breaks off. */
const FILE = ndjson(stock(1000))

function openImport (url: string): ClientRequest {
  const call = request(`${url}/v1/dossiers/import?mode=baseline`, { method: 'POST', headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/x-ndjson' } })
  call.on('error', () => {})
  return call
}

async function recorded ({ services: { db } }: TestGateway): Promise<number> {
  const { count } = await db.selectFrom('dossiers').select(eb => eb.fn.countAll<string>().as('count')).executeTakeFirstOrThrow()
  return Number(count)
}

async function ends ({ services: { db } }: TestGateway): Promise<Array<Record<string, unknown>>> {
  return (await db.selectFrom('audit_entries').select('details').where('action', '=', 'baseline.ended').orderBy('id').execute()).map(row => row.details)
}

async function importAgain (gateway: TestGateway): Promise<Record<string, unknown>> {
  const again = await gateway.call({ method: 'POST', url: '/v1/dossiers/import?mode=baseline', headers: { 'content-type': 'application/x-ndjson' }, payload: FILE })
  return again.json()
}

t.test('a client that goes away in the middle of a line sends the whole file again', async t => {
  const gateway = await startGateway(t, { role: 'api' })
  const call = openImport(await gateway.app.listen({ port: 0 }))
  call.write(FILE.slice(0, FILE.length * 0.7))
  await until(async () => await recorded(gateway) > 0)
  call.destroy()
  await until(async () => (await ends(gateway)).length === 1)
  const imported = await recorded(gateway)
  t.ok(imported > 0 && imported <= 700, `${imported} of 1000 were recorded`)
  t.match((await ends(gateway))[0], { complete: false, imported, rejected: 0 }, 'half a line is no bad line')
  t.match(await importAgain(gateway), { lines: 1000, imported: 1000 - imported, unchanged: imported, alreadyKnown: 0, rejected: 0 })
  t.equal(await recorded(gateway), 1000)
})

t.test('a gateway that is stopped ends the import with 503, and stops at once', async t => {
  const gateway = await startGateway(t, { role: 'api' })
  const call = openImport(await gateway.app.listen({ port: 0 }))
  const answered = once(call, 'response') as Promise<[IncomingMessage]>
  call.write(FILE.slice(0, FILE.length * 0.7))
  await until(async () => await recorded(gateway) > 0)
  const [[response]] = await Promise.all([answered, gateway.app.close()])
  t.equal(response.statusCode, 503)
  const body = Buffer.concat(await response.toArray() as Buffer[]).toString()
  t.match(JSON.parse(body), { code: 'import-stopped', detail: /Gửi lại cả tệp/ })
  t.match(await ends(gateway), [{ complete: false }])
})
