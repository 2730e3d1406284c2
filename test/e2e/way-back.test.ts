// Filed at the national portal, worked on in the province: there and back, over restarts of every process and an endpoint that is down.
import { request } from 'undici'
import t from 'tap'
import { openDatabase } from '../../src/db/open.js'
import { createMigrated } from '../support/database.js'
import { aDossier, aStep } from '../support/dossiers.js'
import { KEY, settled, startSandbox, until } from '../support/gateway.js'
import { steadyPort } from '../support/ports.js'
import { spawnGateway, type GatewayProcess } from '../support/process.js'
import { isGenuine, NOTIFIER_SETTINGS, startWebhookReceiver } from '../support/webhook-receiver.js'

t.setTimeout(120_000)
const FILED = { IdHoSo: 'id-0001', MaHoSo: 'G01.99-20261104-0000001', MaTTHC: '1.001776', ChuHoSo: 'Y Thử Niê' }

async function call<T> ({ url }: GatewayProcess, path: string, body?: unknown): Promise<T> {
  const answer = await request(`${url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })
  const text = await answer.body.text()
  if (answer.statusCode >= 300) throw new Error(`${path}: ${answer.statusCode} ${text}`)
  return JSON.parse(text) as T
}

t.test('filed nationally, the province told and heard', async t => {
  const { sandbox, url: portal } = await startSandbox(t)
  const database = await createMigrated(t)
  const P = 'ADAPTER_NATIONAL_PORTAL_CONNECTOR_'
  const environment = {
    ...NOTIFIER_SETTINGS,
    ADAPTERS: 'national-portal-connector,provincial-portal',
    [`${P}BASE_URL`]: portal,
    [`${P}CLIENT_ID`]: '000.00.00.H15',
    [`${P}CLIENT_SECRET`]: 'sandbox',
    [`${P}POLL_SECONDS`]: '1',
    [`${P}RETRY_DELAYS_SECONDS`]: '0.2',
    ADAPTER_PROVINCIAL_PORTAL_RETRY_DELAYS_SECONDS: '0.2',
    ADAPTER_PROVINCIAL_PORTAL_BREAKER_PROBE_SECONDS: '0.2',
    DATABASE_URL: database,
    BOOTSTRAP_API_KEY: KEY,
    LEASE_SECONDS: '3',
    SWEEP_SECONDS: '1',
    LOG_LEVEL: 'info'
  }
  const db = openDatabase({ url: database, maxConnections: 2, applicationName: 'test', onError: () => {} })
  t.teardown(() => db.destroy())
  const start = async (): Promise<{ api: GatewayProcess, worker: GatewayProcess }> => {
    const [api, worker] = await Promise.all([spawnGateway(t, environment, 'api'), spawnGateway(t, environment, 'worker')])
    return { api, worker }
  }
  const first = await start()
  // Nobody listens there yet.
  const port = await steadyPort()
  const { secret } = await call<{ secret: string }>(first.api, '/v1/endpoints', { url: `http://127.0.0.1:${port}/thong-bao` })

  sandbox.connector.file(FILED)
  await until(async () => (await db.selectFrom('deliveries').select('id').where('event_id', 'is not', null).execute()).length === 1)
  t.strictSame(sandbox.connector.waiting(), [], 'stored and acknowledged, although the province does not hear')
  await Promise.all([first.api.kill('SIGKILL'), first.worker.kill('SIGKILL')])

  const second = await start()
  const receiver = await startWebhookReceiver(t, port)
  await until(() => receiver.received.length > 0)
  const [told] = receiver.received
  t.ok(told !== undefined && isGenuine(secret, told), 'the library takes it for genuine')
  const received = told?.body
  t.match(received, { type: 'dossier.received', data: { dossierCode: FILED.MaHoSo, code: FILED.MaHoSo, id: FILED.IdHoSo, procedure: FILED.MaTTHC } })
  t.notMatch(JSON.stringify(received), FILED.ChuHoSo, 'no personal data')
  const { messages } = await call<{ messages: Array<{ id: string }> }>(second.api, '/v1/inbound')
  t.match(await call(second.api, `/v1/inbound/${messages[0]?.id ?? ''}`), { json: FILED }, 'the whole of it is read with a key')

  const origin = { adapter: 'national-portal-connector', code: FILED.MaHoSo, id: FILED.IdHoSo }
  const dossier = aDossier({ origin, status: 'received', progress: [aStep({ id: 's1', status: 'received', content: 'Đã tiếp nhận' })] })
  await call(second.api, '/v1/dossiers', dossier)
  await Promise.all([second.api.kill('SIGTERM'), second.worker.kill('SIGTERM')])

  const third = await start()
  const step = aStep({ id: 's2', status: 'finished', content: 'Hoàn thành', occurredAt: '2026-11-06T10:00:00+07:00' })
  await call(third.api, `/v1/dossiers/${dossier.code}/progress`, { status: 'finished', finishedAt: '2026-11-06T10:00:00+07:00', steps: [step] })
  await settled({ db })
  const heard = sandbox.connector.told().map(({ service, item }) => `${service} ${String(item['TrangThai'])} ${String(item['NoiDungXuLy'])}`)
  t.equal(heard.at(-1), 'capnhattrangthai 9 Hoàn thành', 'the portal has the status')
  t.strictSame(heard.filter(line => line.startsWith('capnhatientrinh')), ['capnhatientrinh 2 Đã tiếp nhận', 'capnhatientrinh 9 Hoàn thành'], 'and each step once, in order')
  await until(() => receiver.received.some(({ body: { type, data } }) => type === 'dossier.delivered' && data['revision'] === 2))
  t.strictSame(sandbox.connector.acknowledgements(), { [FILED.MaHoSo]: 1 })
})
