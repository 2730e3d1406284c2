// Code tables through the API: import, export, refusals, audit, and what new rows unblock.
import t, { type Test } from 'tap'
import { currentDossier } from '../../src/sandbox/store.js'
import { aDossier, aStep, codeOf } from '../support/dossiers.js'
import { startGateway } from '../support/gateway.js'
import { checkProblem } from './refusal.js'

const gateway = await startGateway(t)
const { db } = gateway.services
const PROCEDURE = '/v1/codes/national-portal/procedure'

interface Imported { code?: string, errors?: object[], unblocked?: { deliveries: number, redrive: object } }
interface Answer { status: number, body: Imported & Record<string, unknown> }
async function put (url: string, rows: object[] | string): Promise<Answer> {
  const csv = typeof rows === 'string'
  const response = await gateway.call({ method: 'PUT', url, headers: { 'content-type': csv ? 'text/csv' : 'application/json' }, payload: csv ? rows : JSON.stringify({ rows }) })
  return { status: response.statusCode, body: response.json() }
}
async function newest (code: string): Promise<{ state: string, lastFailure: { missing?: object[] } }> {
  const { deliveries } = (await gateway.call({ url: `/v1/dossiers/${code}` })).json()
  return deliveries[0]
}
async function stored (table: string): Promise<object[]> {
  return (await gateway.call({ url: `/v1/codes/national-portal/${table}` })).json().rows
}
/** What the portal holds of a dossier. */
function national (code: string): Record<string, unknown> | undefined {
  const held = gateway.sandbox.store.dossier(code)
  return held === undefined ? undefined : currentDossier(held) as Record<string, unknown>
}
const facts = async (): Promise<Array<{ action: string, details: Record<string, unknown> }>> =>
  db.selectFrom('audit_entries').select(['action', 'details']).where('action', 'like', 'codes.%').orderBy('id').execute()

t.test('a province\'s own procedure fails by the row that is missing; adding the row redrives it by one command', async t => {
  const code = codeOf(1)
  const pushed = await gateway.push(aDossier({ code, procedure: { code: 'TS_lop1.H15', name: 'Tuyển sinh lớp 1' } }))
  t.equal(pushed.statusCode, 202)
  t.match(pushed.json().findings.find((finding: { code: string }) => finding.code === 'code-unmapped'), {
    severity: 'error', adapter: 'national-portal', pointer: '/procedure/code', missing: { table: 'procedure', code: 'TS_lop1.H15' }
  })
  await gateway.settled()
  t.match(await newest(code), {
    state: 'failed',
    lastFailure: { kind: 'mapping', code: 'code-unmapped', cure: /codes set.*codes redrive/s, missing: [{ table: 'procedure', code: 'TS_lop1.H15', on: '2026-11-04' }] }
  })

  const other = await put(PROCEDURE, [{ local: 'TS_lop9', partner: '1.000009' }])
  t.match(other, { status: 200, body: { added: 1, unblocked: { deliveries: 0 } } })
  const { status, body } = await put(PROCEDURE, [{ local: 'TS_lop1.H15', partner: '1.001776', name: 'Tuyển sinh vào lớp 1' }])
  t.match({ status, body }, { status: 200, body: { added: 1, unblocked: { deliveries: 1, redrive: { adapter: 'national-portal', unblocked: true } } } })
  await gateway.call({ method: 'POST', url: '/v1/deliveries/redrive', payload: body.unblocked?.redrive ?? {} })
  await gateway.settled()
  t.match(await newest(code), { state: 'delivered' })
  t.match(national(code), { MaTTHC: '1.001776', TenTTHC: 'Tuyển sinh vào lớp 1' })
})

t.test('a delivery that lacks two rows is not unblocked by one of them', async t => {
  const code = codeOf(2)
  await gateway.push(aDossier({ code, status: undefined as never, localStatus: { code: 'DX', subCode: '3' }, procedure: { code: 'KT_02', name: 'Kiểm tra' } }))
  await gateway.settled()
  t.match((await newest(code)).lastFailure.missing, [{ table: 'procedure', code: 'KT_02' }, { table: 'localStatus', code: 'DX/3' }])
  t.match((await put(PROCEDURE, [{ local: 'KT_02', partner: '1.000002' }])).body.unblocked, { deliveries: 0 })
  t.match((await put('/v1/codes/national-portal/localStatus', [{ local: 'DX/3', partner: '4' }])).body.unblocked, { deliveries: 1 })
})

t.test('a status of the province\'s own: the row of the sub-status wins, else that of the status', async t => {
  await put('/v1/codes/national-portal/localStatus', 'local,partner\nXL,4\nXL/cho-bo-sung,5\n')
  const code = codeOf(3)
  const { status: _, ...step } = aStep()
  const statuses = async (subCode?: string): Promise<unknown> => {
    const localStatus = { code: 'XL', ...(subCode === undefined ? {} : { subCode }) }
    await gateway.push({ ...aDossier({ code, note: subCode ?? '' }), status: undefined, localStatus, progress: [{ ...step, id: `s-${subCode ?? ''}x`, localStatus }] })
    await gateway.settled()
    return national(code)?.['TrangThaiHoSo']
  }
  t.strictSame([await statuses(), await statuses('cho-bo-sung'), await statuses('khac')], ['4', '5', '4'])
  const shown = (await gateway.call({ url: `/v1/dossiers/${code}` })).json()
  t.match(shown, { status: null, localStatus: { code: 'XL', subCode: 'khac' } })
})

t.test('a push says its status in one vocabulary at least', async t => {
  const { status: _, ...silent } = aDossier({ code: codeOf(4) })
  const response = await gateway.push(silent)
  t.equal(response.statusCode, 422)
  t.match(response.json().errors, [{ pointer: '/status', code: 'field-missing' }])
  t.equal(response.json().errors.length, 1)
})

t.test('progress in the other vocabulary replaces the status', async t => {
  const code = codeOf(5)
  await gateway.push(aDossier({ code }))
  const step = aStep({ id: 'other', occurredAt: '2026-11-05T09:00:00+07:00' })
  await gateway.call({ method: 'POST', url: `/v1/dossiers/${code}/progress`, payload: { steps: [step], localStatus: { code: 'XL' } } })
  await gateway.settled()
  t.match((await gateway.call({ url: `/v1/dossiers/${code}` })).json(), { status: null, localStatus: { code: 'XL' } })
  await gateway.call({ method: 'POST', url: `/v1/dossiers/${code}/progress`, payload: { steps: [aStep({ id: 'more', occurredAt: '2026-11-06T09:00:00+07:00' })], status: 'finished' } })
  t.match((await gateway.call({ url: `/v1/dossiers/${code}` })).json(), { status: 'finished', localStatus: undefined })
})

t.test('dossiers of a merged unit, before and after: each has the name of its own day, and the change is on the log', async t => {
  const rows = [
    { local: 'H45.14', partner: '000.00.14.H45', name: 'Sở NN&PTNT tỉnh Phú Yên', validTo: '2025-07-01', successor: 'H15.14' },
    { local: '000.00.14.H15', partner: '000.00.14.H15', name: 'Sở Nông nghiệp và Môi trường tỉnh Đắk Lắk' }
  ]
  t.match(await put('/v1/codes/national-portal/agency', rows), { status: 200, body: { added: 2 } })
  const agency = { code: '000.00.14.H45', name: 'Sở NN&PTNT tỉnh Phú Yên' }
  const unit = async (code: string, receivedAt: string): Promise<unknown> => {
    const pushed = await gateway.push(aDossier({ code, agency, receivedAt, submittedAt: receivedAt }))
    await gateway.settled()
    return [national(code)?.['DonViXuLy'], pushed.json().findings.map((finding: { code: string }) => finding.code).includes('code-succeeded')]
  }
  t.strictSame(await unit('000.00.14.H45-250630-0001', '2025-06-30T16:00:00+07:00'), ['Sở NN&PTNT tỉnh Phú Yên', false])
  t.strictSame(await unit('000.00.14.H45-250701-0001', '2025-07-01T08:00:00+07:00'), ['Sở Nông nghiệp và Môi trường tỉnh Đắk Lắk', true])
  t.match((await facts()).filter(({ details }) => details['table'] === 'agency'), [
    { action: 'codes.row-added', details: { after: { local: 'H45.14', validTo: '2025-07-01', successor: 'H15.14' } } },
    { action: 'codes.row-added' }
  ])
})

t.test('an import is counted, seen in the log row by row, and leaves what it does not mention; replace does not', async t => {
  const url = '/v1/codes/national-portal/fee'
  await put(url, [{ local: 'PL1', partner: 'LP000001' }, { local: 'PL2', partner: 'LP000002' }])
  const merged = await put(url, [{ local: 'PL2', partner: 'LP000022' }, { local: 'PL3', partner: 'LP000003' }])
  t.match(merged.body, { added: 1, changed: 1, removed: 0, unchanged: 0 })
  t.match((await facts()).slice(-2), [
    { action: 'codes.row-added', details: { table: 'fee', after: { local: 'PL3' } } },
    { action: 'codes.row-changed', details: { before: { partner: 'LP000002' }, after: { partner: 'LP000022' } } }
  ])
  const replaced = await put(`${url}?mode=replace`, 'local,partner\nPL1,LP000001\n')
  t.match(replaced.body, { added: 0, changed: 0, removed: 2, unchanged: 1 })
  t.strictSame(await stored('fee'), [{ local: 'PL1', partner: 'LP000001' }])
})

t.test('a dry run counts and changes nothing, not even the log', async t => {
  const before = (await facts()).length
  t.match((await put('/v1/codes/national-portal/result?dryRun=true', [{ local: 'GCN', partner: 'KQ.G01.000001' }])).body, { dryRun: true, added: 1 })
  t.strictSame([await stored('result'), (await facts()).length], [[], before])
})

t.test('CSV that was exported is imported unchanged', async t => {
  const { body: text, headers } = await gateway.call({ url: '/v1/codes/national-portal/agency?format=csv' })
  t.match(headers['content-type'], /^text\/csv/)
  t.match((await put('/v1/codes/national-portal/agency?mode=replace', text)).body, { added: 0, changed: 0, removed: 0, unchanged: 2 })
})

const REFUSED: Record<string, [rows: object[] | string, pointer: string, code: string]> = {
  'a row without the partner\'s code': [[{ local: 'A' }], '/rows/0/partner', 'field-missing'],
  'a column that is none': ['local,partner,nmae\nA,1.000001,x\n', '/rows/0/nmae', 'field-unknown'],
  'a code with a blank': [[{ local: 'A B', partner: '1.000001' }], '/rows/0/local', 'field-format'],
  'columns that are swapped': [[{ local: '1.000001', partner: 'TS_lop1' }], '/rows/0/partner', 'code-row-form'],
  'a day that does not exist': [[{ local: 'A', partner: '1.000001', validFrom: '2026-02-30' }], '/rows/0/validFrom', 'field-format'],
  'an end before the beginning': [[{ local: 'A', partner: '1.000001', validFrom: '2026-02-02', validTo: '2026-02-02' }], '/rows/0/validTo', 'code-row-days'],
  'a row that stands there twice': [[{ local: 'A', partner: '1.000001' }, { local: 'A', partner: '1.000002' }], '/rows/1/local', 'code-row-repeated'],
  'a successor of a code that has not ended': [[{ local: 'A', partner: '1.000001', successor: 'B' }], '/rows/0/successor', 'code-row-successor'],
  'rows of one code that overlap': [[{ local: 'A', partner: '1.000001' }, { local: 'A', partner: '1.000002', validFrom: '2026-01-01' }], '', 'code-row-overlap'],
  'CSV that is none': ['local,partner\n"A', '', 'csv-malformed']
}

async function refusedWhole (t: Test, rows: object[] | string): Promise<Imported> {
  const [before, log] = [await stored('procedure'), (await facts()).length]
  const { status, body } = await put(PROCEDURE, rows)
  t.strictSame({ status, code: body['code'] }, { status: 422, code: 'invalid-code-table' })
  t.strictSame([await stored('procedure'), (await facts()).length], [before, log], 'nothing was changed')
  return body
}

for (const [name, [rows, pointer, code]] of Object.entries(REFUSED)) {
  t.test(`${name} is refused, and with it the whole import`, async t => {
    const { errors } = await refusedWhole(t, rows)
    t.match(errors, [{ pointer, code }])
  })
}

t.test('an error in a CSV names its line and column', async t => {
  const { errors } = await refusedWhole(t, 'local,partner\nA,1.000001\n\nB,x y\n')
  t.match(errors, [{ message: /^Dòng 4, cột "partner": /, messageEn: /^Line 4, column "partner": / }])
})

t.test('a table or an adapter that is none: 404; a file that is no UTF-8: 400', async t => {
  for (const url of ['/v1/codes/national-portal/nothing', '/v1/codes/nobody/procedure', '/v1/codes/national-portal/constructor']) {
    checkProblem(t, await gateway.call({ url }), { status: 404, code: 'code-table-not-found' })
  }
  const payload = Buffer.from([0x6c, 0xff])
  checkProblem(t, await gateway.call({ method: 'PUT', url: PROCEDURE, headers: { 'content-type': 'text/csv' }, payload }), { status: 400, code: 'malformed-csv' })
})

t.test('two imports at once leave the table as one of them alone would have left it', async t => {
  const url = '/v1/codes/national-portal/paper?mode=replace'
  const set = (prefix: string): object[] => Array.from({ length: 50 }, (_, n) => ({ local: `${prefix}${n}`, partner: `${prefix}-${n}` }))
  await Promise.all(['A', 'B', 'C'].map(async prefix => put(url, set(prefix))))
  const rows = await stored('paper') as Array<{ local: string }>
  t.equal(rows.length, 50)
  t.equal(new Set(rows.map(({ local }) => local[0])).size, 1)
})

t.test('tables are listed with their titles, their seeds and the number of their rows', async t => {
  const { adapters } = (await gateway.call({ url: '/v1/codes' })).json()
  t.match(adapters[0].tables.find((one: { table: string }) => one.table === 'agency'), { title: 'Cơ quan, đơn vị', rows: 2, openUntilUsed: true })
  t.match(adapters[0].tables.find((one: { table: string }) => one.table === 'status'), { seeds: { finished: '9' } })
})
