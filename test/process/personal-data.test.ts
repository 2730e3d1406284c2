// After a whole run — pushed, refused by us, delivered, refused by the partner, shown — nobody's data is where it
// must not be: audit rows, log lines at their most talkative, metrics, error answers.
import t, { type Test } from 'tap'
import { openDatabase } from '../../src/db/open.js'
import { anItem } from '../operations/accept/support.js'
import { createMigrated } from '../support/database.js'
import { aDossier, aStep, codeOf } from '../support/dossiers.js'
import { KEY, portalSettings, settled, startSandbox } from '../support/gateway.js'
import { spawnGateway, type GatewayProcess } from '../support/process.js'
import { checkNobody, PERSON, QUOTING } from './personal.js'

t.setTimeout(60_000)

interface Answer { status: number, text: string }

type Body = readonly [text: string, type?: string]

async function call (gateway: GatewayProcess, path: string, [body, type = 'application/json']: Body | [] = []): Promise<Answer> {
  const response = await fetch(gateway.url + path, {
    headers: { authorization: `Bearer ${KEY}`, ...(body === undefined ? {} : { 'content-type': type }) },
    ...(body === undefined ? {} : { method: 'POST', body })
  })
  return { status: response.status, text: await response.text() }
}

/** Everything that can go wrong with a person's data in the body. */
const BAD_BODIES: Record<string, Body> = {
  'a body cut short': [JSON.stringify(aDossier()).slice(0, -5)],
  'a value in the wrong place': [JSON.stringify(aDossier({ status: PERSON.name as never, receivedAt: PERSON.identityNumber }))],
  'a field that breaks its pattern': [JSON.stringify(aDossier({ applicant: { ...aDossier().applicant, identityNumber: `${PERSON.identityNumber} ${PERSON.phone}` } }))],
  'a wrong content type': [JSON.stringify(aDossier()), 'application/xml'],
  'an unreadable zone': [JSON.stringify(aDossier({ dueAt: '2026-11-11T10:00:00+20:00' }))],
  'a text the database cannot hold': [JSON.stringify(aDossier({ summary: `${PERSON.name} \ud800` }))],
  'a stale version': [JSON.stringify(aDossier({ code: codeOf(1), sourceVersion: 1, summary: `${PERSON.name} cũ` }))]
}

async function run (gateway: GatewayProcess): Promise<Answer[]> {
  await call(gateway, '/v1/dossiers', [JSON.stringify(aDossier({ code: codeOf(1), sourceVersion: 5, progress: [aStep()] }))])
  await call(gateway, '/v1/dossiers', [JSON.stringify(aDossier({ code: codeOf(2), progress: [aStep()] }))])
  await call(gateway, `/v1/dossiers/${codeOf(1)}/progress`, [JSON.stringify({ steps: [aStep({ occurredAt: '2026-11-05T09:00:00+07:00' })] })])
  return Promise.all(Object.values(BAD_BODIES).map(async body => call(gateway, '/v1/dossiers', body)))
}

/** The same person in the portal's own format: in known, unknown and unreadable members, in a refused item, and in an address. */
async function dropIn (gateway: GatewayProcess): Promise<Answer[]> {
  const item = anItem({ MaHoSo: codeOf(3), ChuHoSo: PERSON.name, SoGiayToChuHoSo: `${PERSON.identityNumber} ?`, SoDienThoai: PERSON.phone, NgayHenTra: PERSON.name, KenhThucHien: PERSON.phone, TruongLa: PERSON })
  const answers = [
    await call(gateway, '/national-portal/DongBoHoSoMC?isUpdating=False', [JSON.stringify([item])]),
    await call(gateway, '/national-portal/DongBoHoSoMC?isUpdating=True', [JSON.stringify([{ ...item, TenTTHC: '', HinhThuc: PERSON.name }])]),
    await call(gateway, '/national-portal/CapNhatTienDoHoSoMC', [JSON.stringify([{ MaHoSo: PERSON.identityNumber, NguoiXuLy: PERSON.officer, NoiDungXuLy: PERSON.name, ThoiDiemXuLy: PERSON.phone, TrangThai: '2' }])]),
    await call(gateway, `/national-portal/TraCuuTechID?mstorcmnd=${PERSON.identityNumber}`)
  ]
  if (!answers[0]?.text.includes('thành công')) throw new Error(answers[0]?.text)
  return answers
}

async function shownTexts (gateway: GatewayProcess): Promise<Record<string, string>> {
  const paths = ['/metrics', '/readyz', '/v1/audit?limit=1000', '/v1/deliveries', '/v1/adapters', ...[1, 2, 3].flatMap(n => [`/v1/dossiers/${codeOf(n)}`, `/v1/dossiers/${codeOf(n)}/timeline`])]
  return Object.fromEntries(await Promise.all(paths.map(async path => [path, (await call(gateway, path)).text] as const)))
}

async function gatewayOnTrace (t: Test): Promise<{ gateway: GatewayProcess, database: string, sandbox: Awaited<ReturnType<typeof startSandbox>>['sandbox'] }> {
  const { sandbox, url } = await startSandbox(t)
  const database = await createMigrated(t)
  const environment = { ...portalSettings(url), DATABASE_URL: database, MIGRATE_ON_START: 'yes', BOOTSTRAP_API_KEY: KEY, LOG_LEVEL: 'trace', SWEEP_SECONDS: '1', ADAPTER_NATIONAL_PORTAL_ACCEPT: 'b' }
  return { gateway: await spawnGateway(t, environment), database, sandbox }
}

t.test('no answer, log line, metric or audit row holds a person\'s data or a secret', async t => {
  const { gateway, database, sandbox } = await gatewayOnTrace(t)
  sandbox.faults.add({ kind: 'refuse', code: '3', message: QUOTING, match: { dossierCode: codeOf(2) } })
  sandbox.faults.add({ kind: 'text', text: `<html>${QUOTING}</html>`, times: 1, match: { dossierCode: codeOf(1) } })
  const errors = await run(gateway)
  for (const { text } of await dropIn(gateway)) checkNobody(t, text, 'an answer in the portal\'s format')
  const db = openDatabase({ url: database, maxConnections: 1, applicationName: 'test', onError: () => {} })
  t.teardown(() => db.destroy())
  await settled({ db })

  for (const [index, name] of Object.keys(BAD_BODIES).entries()) {
    t.match(errors[index]?.status, Number)
    t.ok((errors[index]?.status ?? 0) >= 400, `${name} is refused`)
    checkNobody(t, errors[index]?.text ?? '', `the answer to ${name}`)
  }
  for (const [path, text] of Object.entries(await shownTexts(gateway))) checkNobody(t, text, path)
  checkNobody(t, JSON.stringify(await db.selectFrom('audit_entries').selectAll().execute()), 'the audit log')
  checkNobody(t, JSON.stringify(await db.selectFrom('deliveries').select(['failure', 'failure_code']).execute()), 'failures')
  const logged = gateway.lines.join('\n')
  t.match(logged, /"event":"delivery.attempted"/)
  t.match(logged, /"event":"http.answered"/, 'the log is at its most talkative')
  checkNobody(t, logged, 'the log')
  for (const secret of [KEY, '"sandbox"', database]) t.notOk(logged.includes(secret), 'no secret is logged')
  t.equal(await gateway.kill('SIGTERM'), 0)
})
