// Day one: a province's whole stock is at the portal already. It is imported, and only what is new is sent.
import { once } from 'node:events'
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import { shownEntry } from '../../src/sandbox/request-log.js'
import { checkAudit, checkStates } from '../support/conservation.js'
import { aStep } from '../support/dossiers.js'
import { KEY, pushUntilTaken, startGateway, type Sandbox } from '../support/gateway.js'
import { stocked, stockedCode } from '../support/ndjson.js'

t.setTimeout(120_000)

/** Several batches of the load and of the confirmation; 100,000 are timed by `npm run bench`. */
const STOCK = 6000
const UPDATED = 60

t.test(`a baseline of ${STOCK} dossiers, then ${UPDATED} pushed updates: exactly those reach the portal, with their new steps alone`, async t => {
  const gateway = await startGateway(t)
  holdStock(gateway.sandbox)
  const url = await gateway.app.listen({ port: 0 })
  const started = performance.now()
  const { status, summary } = await importStock(url)
  const seconds = (performance.now() - started) / 1000
  t.comment(`imported ${Math.round(STOCK / seconds)} dossiers a second, in ${seconds.toFixed(1)} s`)
  t.equal(status, 200)
  t.match(summary, { lines: STOCK, imported: STOCK, unchanged: 0, alreadyKnown: 0, rejected: 0, errors: [] })
  t.equal(gateway.sandbox.log.total(), 0, 'the import sent nothing, not even a login')

  const updated = Array.from({ length: UPDATED }, (_, index) => 1 + index * (STOCK / UPDATED))
  const answers = await Promise.all(updated.map(async n => pushUntilTaken(gateway, updateOf(n))))
  t.strictSame(answers.map(answer => (answer.json() as { revision: number, newSteps: number })).map(({ revision, newSteps }) => [revision, newSteps]), Array(UPDATED).fill([2, 1]))
  await gateway.settled()

  const sent = sentTo(gateway.sandbox)
  t.strictSame(sent.dossiers.map(({ code, isUpdating }) => `${code} ${String(isUpdating)}`).sort(), updated.map(n => `${stockedCode(n)} True`).sort(), 'one update each, no create')
  t.strictSame(sent.steps.sort(), updated.map(n => `${stockedCode(n)} ${newStep(n).content}`).sort(), 'the new step of each, no old one')
  await checkStates(t, gateway.services.db)
  await checkAudit(t, gateway.services.db)
})

/** The portal holds the whole stock before the gateway comes. */
function holdStock ({ store }: Sandbox): void {
  const body = Buffer.from('{}')
  for (let n = 1; n <= STOCK; n++) store.write(stockedCode(n), { kind: 'create', source: { at: '', request: 0, body }, index: 0 })
}

/** Over a real connection, line by line. */
async function importStock (url: string): Promise<{ status: number | undefined, summary: unknown }> {
  const call = request(`${url}/v1/dossiers/import?mode=baseline`, { method: 'POST', headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/x-ndjson' } })
  const answered = once(call, 'response')
  await pipeline(Readable.from(lines()), call)
  const [response] = await answered as [Readable & { statusCode?: number }]
  const body = Buffer.concat(await response.toArray() as Buffer[]).toString()
  return { status: response.statusCode, summary: JSON.parse(body) }
}

function * lines (): Generator<string> {
  for (let n = 1; n <= STOCK; n++) yield `${JSON.stringify(stocked(n))}\n`
}

function newStep (n: number): ReturnType<typeof aStep> {
  return aStep({ id: 'moi', occurredAt: '2026-11-20T09:00:00+07:00', content: `Bước mới của ${n}` })
}

/** As a province pushes it: the whole dossier, old steps and all. */
function updateOf (n: number): unknown {
  const dossier = stocked(n)
  return { ...dossier, sourceVersion: 2, summary: 'Đã cập nhật sau ngày chuyển đổi', progress: [...dossier.progress ?? [], newStep(n)] }
}

interface Sent {
  dossiers: Array<{ code: string, isUpdating: unknown }>
  steps: string[]
}

interface Envelope {
  data?: Array<{ MaHoSo: string, NoiDungXuLy?: string }>
}

/** All that the portal was sent, by its own request log. */
function sentTo ({ log }: Sandbox): Sent {
  const entries = (service: string): Array<{ isUpdating: unknown, data: NonNullable<Envelope['data']> }> =>
    log.list({ service, after: 0, limit: Number.MAX_SAFE_INTEGER }).map(entry => {
      const { isUpdating, body } = shownEntry(entry) as { isUpdating: unknown, body: Envelope }
      return { isUpdating, data: body.data ?? [] }
    })
  return {
    dossiers: entries('DongBoHoSoMC').flatMap(({ isUpdating, data }) => data.map(({ MaHoSo }) => ({ code: MaHoSo, isUpdating }))),
    steps: entries('CapNhatTienDoHoSoMC').flatMap(({ data }) => data.map(({ MaHoSo, NoiDungXuLy }) => `${MaHoSo} ${String(NoiDungXuLy)}`))
  }
}
