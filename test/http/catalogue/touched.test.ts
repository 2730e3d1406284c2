// Which open dossiers a change of the partner's lists touches.
import { sql } from 'kysely'
import t from 'tap'
import { changesOf, pull } from '../../support/catalogue.js'
import { aDossier, codeOf } from '../../support/dossiers.js'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import type { Dossier } from '../../../src/model/dossier-types.js'

const A = '1.000001.000.00.00.H99'
const B = '1.000002.000.00.00.H99'

async function push (gateway: TestGateway, n: number, changes: Partial<Dossier>): Promise<string> {
  const code = codeOf(n)
  const { statusCode, body } = await gateway.push(aDossier({ code, ...changes }))
  if (statusCode > 202) throw new Error(body)
  return code
}

async function putCode (gateway: TestGateway, table: string, [local, partner]: readonly [string, string]): Promise<void> {
  const { statusCode, body } = await gateway.call({ method: 'PUT', url: `/v1/codes/national-portal/${table}`, payload: { rows: [{ local, partner }] } })
  if (statusCode !== 200) throw new Error(body)
}

/** The dossiers that the newest change of an item touches. */
async function touchedBy (gateway: TestGateway, list: string, key: string): Promise<string[]> {
  const [change] = (await changesOf(gateway, list)).filter(one => one.key === key)
  return change?.openDossiers.codes ?? []
}

t.test('an agency is found in either notation, and by a local code in either', async t => {
  const gateway = await startGateway(t)
  gateway.sandbox.shelf.put('agencies', 'H15.14', 'Sở Mẫu')
  gateway.sandbox.shelf.put('agencies', '000.00.15.H15', 'Sở Khác')
  await pull(gateway, '?list=agencies')
  await putCode(gateway, 'agency', ['000.00.77.H15', '000.00.14.H15'])
  const own = await push(gateway, 1, {})
  const short = await push(gateway, 2, { agency: { code: 'H15.14', name: 'Sở Mẫu' } })
  const local = await push(gateway, 3, { agency: { code: 'H15.77', name: 'Sở cũ' } })
  const other = await push(gateway, 4, { agency: { code: 'H15.15', name: 'Sở Khác' } })
  gateway.sandbox.shelf.put('agencies', 'H15.14', 'Sở Mẫu mới')
  gateway.sandbox.shelf.put('agencies', '000.00.15.H15', 'Sở Khác mới')
  await pull(gateway, '?list=agencies')
  t.strictSame(await touchedBy(gateway, 'agencies', 'H15.14'), [own, short, local])
  t.strictSame(await touchedBy(gateway, 'agencies', '000.00.15.H15'), [other])
})

t.test('a field is found by the dossier itself and by its procedure, each dossier once; ended ones are left out', async t => {
  const gateway = await startGateway(t)
  await putCode(gateway, 'field', ['LV-TINH', 'G01-LV01'])
  const named = await push(gateway, 1, { field: { code: 'G01-LV01', name: 'Lĩnh vực mẫu' } })
  const local = await push(gateway, 2, { field: { code: 'LV-TINH', name: 'Lĩnh vực mẫu' } })
  const byProcedure = await push(gateway, 3, { procedure: { code: A, name: 'Thủ tục mẫu A' } })
  const both = await push(gateway, 4, { procedure: { code: A, name: 'Thủ tục mẫu A' }, field: { code: 'G01-LV01', name: 'Lĩnh vực mẫu' } })
  await push(gateway, 5, { procedure: { code: B, name: 'Thủ tục mẫu B' } })
  await push(gateway, 6, { field: { code: 'G01-LV01', name: 'Lĩnh vực mẫu' }, status: 'returned', returnedAt: '2026-11-05T09:00:00+07:00' })
  await pull(gateway)
  gateway.sandbox.shelf.put('fields', 'G01-LV01', 'Lĩnh vực mới')
  await pull(gateway, '?list=fields')
  t.match(await changesOf(gateway, 'fields'), [{ key: 'G01-LV01', openDossiers: { count: 4, codes: [named, local, byProcedure, both] } }])
})

t.test('a dossier that has changed its field is found by its newest revision only', async t => {
  const gateway = await startGateway(t)
  await push(gateway, 1, { field: { code: 'G01-LV01', name: 'Lĩnh vực mẫu' } })
  await push(gateway, 1, { field: { code: 'G02-LV02', name: 'Hộ tịch mẫu' } })
  await pull(gateway, '?list=fields')
  for (const code of ['G01-LV01', 'G02-LV02']) gateway.sandbox.shelf.put('fields', code, 'Tên mới')
  await pull(gateway, '?list=fields')
  t.strictSame(await touchedBy(gateway, 'fields', 'G01-LV01'), [])
  t.strictSame(await touchedBy(gateway, 'fields', 'G02-LV02'), [codeOf(1)])
})

t.test('an online service is found by its procedure, also after it has vanished', async t => {
  const gateway = await startGateway(t)
  await pull(gateway, '?list=services')
  await putCode(gateway, 'procedure', ['TINH-A', A])
  const own = await push(gateway, 1, { procedure: { code: A, name: 'Thủ tục mẫu A' } })
  const local = await push(gateway, 2, { procedure: { code: 'TINH-A', name: 'Thủ tục của tỉnh' } })
  await push(gateway, 3, { procedure: { code: B, name: 'Thủ tục mẫu B' } })
  gateway.sandbox.shelf.remove('procedures', A)
  await pull(gateway, '?list=services')
  t.match(await changesOf(gateway, 'services'), [{ key: `${A}.01`, kind: 'vanished', openDossiers: { count: 2, codes: [own, local] } }])
})

t.test('a row that names another procedure than before touches the dossiers of both', async t => {
  const gateway = await startGateway(t)
  await pull(gateway, '?list=services')
  const before = await push(gateway, 1, { procedure: { code: B, name: 'Thủ tục mẫu B' } })
  const after = await push(gateway, 2, { procedure: { code: A, name: 'Thủ tục mẫu A' } })
  await push(gateway, 3, { procedure: { code: '2.000003', name: 'Thủ tục mẫu C' } })
  // As if the first pull had found the service under the other procedure; the sandbox moves none.
  await sql`update catalogue_items set content = content || jsonb_build_object('MATTHC', ${B}::text) where list = 'services' and key = ${`${A}.01`}`.execute(gateway.services.db)
  gateway.sandbox.shelf.put('procedures', A, 'Thủ tục mẫu A, sửa đổi')
  await pull(gateway, '?list=services')
  t.match(await changesOf(gateway, 'services'), [{ key: `${A}.01`, kind: 'changed' }])
  t.strictSame(await touchedBy(gateway, 'services', `${A}.01`), [before, after])
})

t.test('a decision is asked for once a procedure in use names it, and touches the dossiers of that procedure', async t => {
  const gateway = await startGateway(t)
  t.match(await pull(gateway), { decisions: { outcome: 'applied', added: 0 } })
  const code = await push(gateway, 1, { procedure: { code: A, name: 'Thủ tục mẫu A' } })
  await push(gateway, 2, { procedure: { code: '1.009999', name: 'Thủ tục khác' } })
  t.match(await pull(gateway), { decisions: { outcome: 'applied', added: 1 } })
  gateway.sandbox.shelf.put('decisions', '10', 'Quyết định mới')
  await pull(gateway, '?list=decisions')
  t.match(await changesOf(gateway, 'decisions'), [{ key: '10', kind: 'changed', newName: 'Quyết định mới', openDossiers: { count: 1, codes: [code] } }])
})
