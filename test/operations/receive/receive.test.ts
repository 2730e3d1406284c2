// The kernel's promises to a partner that calls, over real HTTP: in any order, at the same time, and when something breaks.
import { connect } from 'node:net'
import { sql } from 'kysely'
import t from 'tap'
import type { LightMyRequestResponse } from 'fastify'
import { aDossier } from '../../support/dossiers.js'
import { portalSettings, startGateway, until } from '../../support/gateway.js'

t.setTimeout(120_000)

const KEY = 'khoa-thu-moi'
const PATH = '/XrdAdapter/RestService/forward/nhanhsdvcqg'
const SUBJECT = 'CN=dvcqg.example.vn,O=VPCP,C=VN'

const gateway = await startGateway(t, {
  adapterSettings: { ...portalSettings('http://127.0.0.1:9'), ADAPTER_NATIONAL_PORTAL_SECURITY_KEYS: KEY, ADAPTER_NATIONAL_PORTAL_INBOUND_SUBJECTS: `CN=khac;${SUBJECT}` },
  environment: { OUTBOUND: 'paused', TRUST_PROXY: '127.0.0.1', CLIENT_SUBJECT_HEADER: 'x-client-subject' }
})
const { db } = gateway.services
const address = new URL(await gateway.app.listen({ host: '127.0.0.1', port: 0 }))

function aDocument (code: string, changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    SecurityKey: KEY,
    service: 'NhanChungTuThueDat',
    isUpdating: false,
    data: {
      MaHoSo: code,
      MaSoThue: '0900000000',
      HoTenNguoiNopTien: 'Nguyễn Thị Mẫu',
      UrlFileChungTu: 'https://dvcqg.example.vn/ct/1',
      ThongTinThanhToan: { MaThongBaoThue: 'TB0001', ThoiGianThanhToan: '20261104110000', SoTien: '2500000', NoiDungThanhToan: 'Nộp lệ phí trước bạ', TrangThaiThanhToan: 1, ...changes }
    }
  })
}

function headers (more: Record<string, string> = {}): Record<string, string> {
  return { 'content-type': 'application/json', 'x-client-subject': SUBJECT, ...more }
}

async function post (payload: string, more: Record<string, string> = {}): Promise<LightMyRequestResponse> {
  return gateway.app.inject({ method: 'POST', url: PATH, payload, headers: headers(more) })
}

function codes (answers: LightMyRequestResponse[]): number[] {
  return answers.map(answer => answer.json<{ error_code: number }>().error_code).sort((a, b) => a - b)
}

async function auditOf (code: string): Promise<string[]> {
  const rows = await db.selectFrom('audit_entries').select(['action']).where('dossier_code', '=', code).where('action', 'like', 'inbound.%').orderBy('id').execute()
  return rows.map(row => row.action)
}

async function refusals (code: string): Promise<number> {
  const { rows: [row] } = await sql<{ count: string }>`select count(*) from audit_entries where action = 'inbound.refused' and details->>'code' = ${code}`.execute(db)
  return Number(row?.count)
}

async function messages (): Promise<number> {
  const { rows: [row] } = await sql<{ count: string }>`select count(*) from inbound_messages`.execute(db)
  return Number(row?.count)
}

t.test('eight at the same time with one key: one is taken, the others are its duplicates', async t => {
  await gateway.push(aDossier({ code: 'H15.1-261104-0001' }))
  const answers = await Promise.all(Array.from({ length: 8 }, async () => post(aDocument('H15.1-261104-0001'))))
  t.strictSame(codes(answers), [0, 1, 1, 1, 1, 1, 1, 1])
  t.strictSame((await auditOf('H15.1-261104-0001')).filter(action => action === 'inbound.accepted'), ['inbound.accepted'])
})

t.test('eight at the same time that contradict each other: one is taken, seven are told so', async t => {
  await gateway.push(aDossier({ code: 'H15.1-261104-0002' }))
  const before = await messages()
  const answers = await Promise.all(Array.from({ length: 8 }, async (_, n) => post(aDocument('H15.1-261104-0002', { SoTien: String(1000 + n) }))))
  t.strictSame(codes(answers), [-1, -1, -1, -1, -1, -1, -1, 0])
  t.equal(await messages() - before, 1)
})

t.test('pitfall 52: a dossier that is unknown is no success; once it was pushed, the repetition is taken', async t => {
  t.match((await post(aDocument('H15.1-261104-0003'))).json(), { error_code: -1, message: /^H15\.1-261104-0003\| .*not found/ })
  await gateway.push(aDossier({ code: 'H15.1-261104-0003' }))
  t.match((await post(aDocument('H15.1-261104-0003'))).json(), { error_code: 0 })
  t.strictSame(await auditOf('H15.1-261104-0003'), ['inbound.refused', 'inbound.accepted'])
})

t.test('a file about two dossiers of which one comes later: each is taken once', async t => {
  const [known, later] = ['H15.1-261104-0004', 'H15.1-261104-0005']
  await gateway.push(aDossier({ code: known }))
  const row = (code: string): string => `<ROW_LIST><MA_HSO>${code}</MA_HSO><LIST><SO_QUYET_DINH>1</SO_QUYET_DINH><NGAY_QUYET_DINH>15-01-2025</NGAY_QUYET_DINH><TEN_TIEUMUC>Lệ phí</TEN_TIEUMUC><SO_TIEN>5</SO_TIEN></LIST></ROW_LIST>`
  const file = Buffer.from(`<DATA><BODY>${row(known)}${row(later)}</BODY></DATA>`).toString('base64')
  const send = async (): Promise<unknown> => (await gateway.app.inject({ method: 'POST', url: '/nhantbthuedvcqg', headers: headers(), payload: JSON.stringify({ SecurityKey: KEY, service: 'NhanThongBaoThueDat', ngay: '20261104', isUpdating: false, data: { FileThongBaoThue: file } }) })).json()
  t.match(await send(), { error_code: -1, message: `${known},${later}| ${later}: dossier not found` })
  await gateway.push(aDossier({ code: later }))
  t.match(await send(), { error_code: 0 })
  t.match(await send(), { error_code: 1 })
  t.strictSame([await auditOf(known), await auditOf(later)], [['inbound.accepted'], ['inbound.refused', 'inbound.accepted']])
})

t.test('a partner that was cut off before the answer gets the duplicate\'s answer when it comes again', async t => {
  const code = 'H15.1-261104-0006'
  await gateway.push(aDossier({ code }))
  const body = aDocument(code)
  const socket = connect(Number(address.port), address.hostname)
  socket.on('error', () => {})
  socket.end(`POST ${PATH} HTTP/1.1\r\nHost: x\r\nX-Client-Subject: ${SUBJECT}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`, () => { socket.destroy() })
  await until(async () => (await auditOf(code)).length > 0)
  t.match((await post(body)).json(), { error_code: 1 })
  t.strictSame(await auditOf(code), ['inbound.accepted'])
})

t.test('a subject of a certificate counts only as a trusted proxy tells it', async t => {
  const code = 'H15.1-261104-0007'
  await gateway.push(aDossier({ code }))
  for (const subject of ['', 'CN=other', `${SUBJECT} `, SUBJECT.toLowerCase()]) {
    const answer = await post(aDocument(code), { 'x-client-subject': subject })
    t.match([answer.statusCode, answer.json()], [401, { error_code: -1, message: '| The caller is not authenticated.' }], subject)
  }
  const stranger = await gateway.app.inject({ method: 'POST', url: PATH, payload: aDocument(code), headers: headers(), remoteAddress: '203.0.113.9' })
  t.equal(stranger.statusCode, 401, 'the header of somebody who is no proxy')
  t.strictSame(await auditOf(code), [])
})

t.test('a flood of strangers is refused, counted, and does not fill the audit log', async t => {
  const before = await refusals('security-key-wrong')
  for (let n = 0; n < 60; n++) t.equal((await post('{"SecurityKey":"sai"}')).statusCode, 401)
  t.ok(await refusals('security-key-wrong') - before <= 20)
  const { body } = await gateway.app.inject({ url: '/metrics' })
  t.match(body, /lienthong_inbound_total\{adapter="national-portal",operation="dossier-message",result="refused",code="security-key-wrong"\} 60/)
})

t.test('hostile bodies are refused in the partner\'s form, whatever their type', async t => {
  const bodies = ['', 'null', '[]', '"x"', '{', '\u0000', `{"SecurityKey":"${KEY}","__proto__":{"service":"NhanChungTuThueDat"}}`, `{"SecurityKey":["${KEY}"]}`,
    aDocument('H15.1-261104-0001', { MaThongBaoThue: 'TB\u0000' }), aDocument('H15.1-261104-0001', { MaThongBaoThue: 'TB\ud800' }), aDocument('H15.1-261104-0001', { SoTien: '1e9' }), '['.repeat(100_000)]
  const before = await messages()
  for (const type of ['application/json', 'text/xml; charset=utf-16', 'x']) {
    for (const body of bodies) {
      const answer = await post(body, { 'content-type': type })
      t.match(answer.json(), { error_code: -1 }, `${type} ${JSON.stringify(body).slice(0, 80)}`)
    }
  }
  t.equal(await messages(), before)
})

t.test('the province reads what came, without the partner\'s key, and that is written down', async t => {
  const code = 'H15.1-261104-0001'
  const list = (await gateway.call({ url: `/v1/inbound?dossier=${code}&adapter=national-portal&operation=dossier-message` })).json()
  t.match(list, { messages: [{ adapter: 'national-portal', operation: 'dossier-message', version: 1, itemCount: 1, receivedAt: /\+07:00$/, items: [{ event: 'tax.payment', dossierCode: code, result: 'accepted', facts: { amount: '2500000', paidAt: '2026-11-04T11:00:00+07:00' } }] }], nextCursor: null })
  const { id } = list.messages[0]
  const shown = await gateway.call({ url: `/v1/inbound/${id}` })
  t.match(shown.json(), { id, masked: true, json: { SecurityKey: '***', data: { MaHoSo: code } } })
  t.equal(Buffer.from(shown.json().body, 'base64').toString(), aDocument(code).replace(KEY, '***'))
  t.notMatch(shown.body, KEY)
  const { entries } = (await gateway.call({ url: `/v1/dossiers/${code}/timeline` })).json()
  t.match(entries.filter(({ action }: { action: string }) => action.startsWith('inbound.')), [{ action: 'inbound.accepted', actor: 'partner:national-portal', details: { inbound: id, event: 'tax.payment' } }, { action: 'inbound.viewed', actor: 'client:bootstrap' }])
  t.equal((await gateway.call({ url: '/v1/inbound/999999' })).statusCode, 404)
  const [first] = (await gateway.call({ url: '/v1/inbound?limit=1' })).json().messages
  const [second] = (await gateway.call({ url: `/v1/inbound?limit=1&cursor=${first.id}` })).json().messages
  t.ok(Number(second.id) < Number(first.id))
})

t.test('no personal data of a message is in audit or items', async t => {
  const { rows } = await sql<{ text: string }>`select details::text as text from audit_entries union all select facts::text from inbound_items`.execute(db)
  t.notMatch(rows.map(row => row.text).join('\n'), /Nguyễn Thị Mẫu|0900000000|dvcqg\.example\.vn/)
})
