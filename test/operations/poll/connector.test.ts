// Dossiers filed nationally: pulled, stored once, acknowledged after that, and their state told back.
import { createHash } from 'node:crypto'
import t, { type Test } from 'tap'
import { storePage } from '../../../src/operations/poll/polls.sql.js'
import { INBOX } from '../../../src/operations/poll/round.js'
import { startGateway, startSandbox, until, type GatewayOptions, type Sandbox, type TestGateway } from '../../support/gateway.js'
import { aDossier, aStep } from '../../support/dossiers.js'
import { createDatabase } from '../../support/database.js'
import { BACKENDS } from '../../support/backends.js'

const ADAPTER = 'national-portal-connector'
const P = 'ADAPTER_NATIONAL_PORTAL_CONNECTOR_'

function connectorSettings (url: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    ADAPTERS: 'national-portal-connector',
    [`${P}BASE_URL`]: url,
    [`${P}CLIENT_ID`]: '000.00.00.H15',
    [`${P}CLIENT_SECRET`]: 'sandbox',
    [`${P}POLL_SECONDS`]: '86400',
    [`${P}CALLS_PER_SECOND`]: 'unlimited',
    [`${P}RETRY_DELAYS_SECONDS`]: '0.1,0.2',
    [`${P}CALL_TIMEOUT_MS`]: '10000',
    ...more
  }
}

interface Connected extends TestGateway {
  portal: Sandbox
  /** Items with their result, and whether the partner was told. */
  stored: () => Promise<string[]>
}

async function aPortal (t: Test): Promise<{ portal: Sandbox, url: string }> {
  const { sandbox, url } = await startSandbox(t)
  return { portal: sandbox, url }
}

async function connect (t: Test, options: GatewayOptions & { settings?: Record<string, string>, at?: { portal: Sandbox, url: string } } = {}): Promise<Connected> {
  const at = options.at ?? await aPortal(t)
  const gateway = await startGateway(t, { ...options, adapterSettings: connectorSettings(at.url, options.settings) })
  const stored = async (): Promise<string[]> => {
    const rows = await gateway.services.db.selectFrom('inbound_messages as m').innerJoin('inbound_items as i', 'i.message_id', 'm.id')
      .select(['m.key', 'm.version', 'i.result', 'm.acknowledged_at']).orderBy('m.id').execute()
    return rows.map(row => `${row.key.replace(/[0-9a-f]{12,}$/, '…')}${row.version === 1 ? '' : ` v${row.version}`} ${row.result}${row.acknowledged_at === null ? '' : ' told'}`)
  }
  return { ...gateway, portal: at.portal, stored }
}

const filed = (n: number, more: object = {}): { IdHoSo: string, MaHoSo: string } => ({ IdHoSo: `id-${n}`, MaHoSo: `G01.99-20261104-000000${n}`, ...more })

t.setTimeout(90_000)

t.test('one gateway', async t => {
  const { services, portal, stored } = await connect(t, { settings: { [`${P}CALL_TIMEOUT_MS`]: '1500' } })
  const { db, polls } = services
  const about = async (n: number): Promise<string[]> => (await stored()).filter(line => line.startsWith(filed(n).MaHoSo)).map(line => line.slice(filed(n).MaHoSo.length))

  t.test('what waits is stored once, told of as an event, and acknowledged after that', async t => {
    portal.connector.file(filed(1, { MaTTHC: '1.001776', ChuHoSo: 'Y Thử Niê' }))
    portal.connector.file(filed(2))
    await polls.run()
    t.strictSame([...await about(1), ...await about(2)], [' accepted told', ' accepted told'])
    t.strictSame(portal.connector.waiting(), [])
    const audit = await db.selectFrom('audit_entries').select(['action', 'dossier_code', 'details']).where('action', 'like', 'inbound.%').orderBy('id').execute()
    t.strictSame(audit.map(({ action }) => action), ['inbound.accepted', 'inbound.accepted', 'inbound.acknowledged', 'inbound.acknowledged'])
    t.match(audit[0], { dossier_code: filed(1).MaHoSo, details: { event: 'dossier.received', facts: { id: 'id-1', code: filed(1).MaHoSo, procedure: '1.001776' } } })
    t.notMatch(JSON.stringify(audit), 'Y Thử Niê', 'no personal data')
    const { body } = await db.selectFrom('inbound_messages').select('body').orderBy('id').limit(1).executeTakeFirstOrThrow()
    t.match(JSON.parse(body.toString('utf8')), { ChuHoSo: 'Y Thử Niê' })
  })

  t.test('an acknowledgement that fails or is lost is made again; the dossier is one', async t => {
    portal.connector.file(filed(3))
    portal.faults.add({ kind: 'status', status: 502, match: { service: 'hoso/xacnhantrangthainhan' }, times: 1 })
    await polls.run()
    t.strictSame(await about(3), [' accepted'], 'stored, not acknowledged')
    portal.faults.add({ kind: 'lost-answer', match: { service: 'hoso/xacnhantrangthainhan' }, times: 1 })
    await polls.run()
    t.strictSame(await about(3), [' accepted'], 'the portal knows, we do not know that')
    await polls.run()
    t.strictSame(await about(3), [' accepted told'])
    portal.connector.file(filed(3))
    await polls.run()
    t.strictSame(await about(3), [' accepted told'], 'the same again is no second one')
    t.strictSame(portal.connector.waiting(), [], 'and is acknowledged again')
    const events = await db.selectFrom('audit_entries').select('id').where('action', '=', 'inbound.accepted').where('dossier_code', '=', filed(3).MaHoSo).execute()
    t.equal(events.length, 1)
  })

  t.test('one that comes again with other content is a new version; one that cannot be read hinders nobody and is not acknowledged', async t => {
    portal.connector.file(filed(4))
    await polls.run()
    portal.connector.file(filed(4, { GhiChu: 'đã bổ sung' }))
    portal.connector.file({ MaHoSo: 'G01-no-id' } as never)
    await polls.run()
    await polls.run()
    t.strictSame(await about(4), [' accepted told', ' v2 accepted told'])
    t.strictSame((await stored()).filter(line => line.startsWith('unreadable')), ['unreadable-… refused'])
    t.match(portal.connector.waiting(), [{ MaHoSo: 'G01-no-id' }])
  })

  t.test('one page that has a dossier twice, with two contents, loses neither', async t => {
    const page = [filed(6), filed(6, { GhiChu: 'đã bổ sung' }), filed(6)].map(content => {
      const body = JSON.stringify(content)
      return { key: content.MaHoSo, body, hash: createHash('sha256').update(body).digest('hex'), event: 'dossier.received', dossierCode: content.MaHoSo, facts: {}, readable: true }
    })
    const store = async (): Promise<unknown> => db.transaction().execute(async tx => storePage(tx, { adapter: ADAPTER, operation: INBOX, actor: 'test', cursor: null, messages: page }))
    t.strictSame(await store(), { fresh: 2, again: [] })
    await polls.run()
    t.strictSame(await about(6), [' accepted told', ' v2 accepted told'])
  })

  t.test('a poll that hangs is cut, and the next one runs; a token that ended is renewed once', async t => {
    portal.connector.file(filed(5))
    portal.faults.add({ kind: 'hang', match: { service: 'laydanhsachhoso' }, times: 1 })
    await polls.run()
    t.strictSame(await about(5), [])
    t.match(await db.selectFrom('polls').selectAll().execute(), [{ failed_at: Date, failure_code: 'timed-out' }])
    portal.faults.add({ kind: 'session-expired', match: { service: 'laydanhsachhoso' }, times: 1 })
    await polls.run()
    t.strictSame(await about(5), [' accepted told'])
    t.match(await db.selectFrom('polls').selectAll().execute(), [{ failure_code: null, failed_at: null }])
  })
})

t.test('of two processes one polls at a time, and a paused adapter is left alone', async t => {
  const databaseUrl = await createDatabase(t)
  const first = await connect(t, { databaseUrl })
  const second = await connect(t, { databaseUrl, at: { portal: first.portal, url: first.environment[`${P}BASE_URL`] ?? '' } })
  for (let n = 1; n <= 5; n++) first.portal.connector.file(filed(n))
  await Promise.all([first.services.polls.run(), second.services.polls.run()])
  await first.services.polls.run()
  t.equal((await first.stored()).length, 5)
  t.strictSame(Object.values(first.portal.connector.acknowledgements()), [1, 1, 1, 1, 1])
  await first.call({ method: 'POST', url: '/v1/adapters/national-portal-connector/pause', payload: {} })
  first.portal.connector.file(filed(6))
  await first.services.polls.run()
  t.equal((await first.stored()).length, 5)
})

for (const backend of BACKENDS) {
  t.test(`${backend.name}: filed, pulled, taken in by the province, worked on: the portal hears each step and the state in order, over a restart`, { skip: backend.skip }, async t => {
    const databaseUrl = await createDatabase(t)
    const redisUrl = await backend.redisUrl(t)
    const before = await connect(t, { databaseUrl, redisUrl, settings: { [`${P}POLL_SECONDS`]: '1' } })
    const { portal } = before
    portal.connector.file(filed(1))
    await until(async () => (await before.stored())[0]?.endsWith('told') === true)
    await before.close()
    const { push, call, settled, services } = await connect(t, { databaseUrl, redisUrl, at: { portal, url: before.environment[`${P}BASE_URL`] ?? '' } })
    const { facts } = await services.db.selectFrom('inbound_items').select('facts').executeTakeFirstOrThrow()
    const origin = { adapter: 'national-portal-connector', code: facts['code'] ?? '', id: facts['id'] ?? '' }
    portal.faults.add({ kind: 'status', status: 503, match: { service: 'hoso/capnhatientrinh' }, times: 1 })
    const dossier = aDossier({ origin, status: 'received', progress: [aStep({ id: 's1', status: 'received', content: 'Đã tiếp nhận' })] })
    t.equal((await push(dossier)).statusCode, 202)
    await settled()
    const step = aStep({ id: 's2', status: 'finished', content: 'Hoàn thành', occurredAt: '2026-11-06T10:00:00+07:00' })
    t.equal((await call({ method: 'POST', url: `/v1/dossiers/${dossier.code}/progress`, payload: { status: 'finished', finishedAt: '2026-11-06T10:00:00+07:00', steps: [step] } })).statusCode, 202)
    await settled()
    t.strictSame(portal.connector.told().map(({ service, item }) => [service, item['TrangThai'], item['NoiDungXuLy'], item['IDHoSo'] ?? item['IdHoSo'], item['MaHoSo']]), [
      ['capnhatientrinh', 2, 'Đã tiếp nhận', 'id-1', filed(1).MaHoSo],
      ['capnhattrangthai', 2, 'Đã tiếp nhận', 'id-1', filed(1).MaHoSo],
      ['capnhatientrinh', 9, 'Hoàn thành', 'id-1', filed(1).MaHoSo],
      ['capnhattrangthai', 9, 'Hoàn thành', 'id-1', filed(1).MaHoSo]
    ])
  })
}
