import t from 'tap'
import { CODE, DONE, dossier, fullDossier, start } from './support.js'

const OTHER = '000.00.01.H99-261104-0002'

t.test('a create and an update are kept in their order', async t => {
  const { sync, control } = await start(t)
  t.strictSame(await sync('False', fullDossier()), DONE)
  t.strictSame(await sync('True', fullDossier({ TrangThaiHoSo: '4' })), DONE)
  const { body } = await control('GET', `/dossiers/${CODE}`)
  t.match(body, { code: CODE, status: '4', creates: 1, updates: 1, dossier: { TrangThaiHoSo: '4' } })
  t.match(body['writes'], [
    { kind: 'create', dossier: { TrangThaiHoSo: '2' } },
    { kind: 'update', dossier: { TrangThaiHoSo: '4' } }
  ])
})

t.test('creating a known dossier is refused, changes nothing and is counted', async t => {
  const { sync, control } = await start(t)
  await sync('False', dossier())
  t.strictSame(await sync('False', dossier({ TrangThaiHoSo: '9' })), { error_code: '-3', message: `Hồ sơ ${CODE} đã tồn tại` })
  const { body } = await control('GET', `/dossiers/${CODE}`)
  t.match(body, { status: '2', creates: 1, duplicatedCreates: 1 })
})

t.test('updating an unknown dossier is refused', async t => {
  const { sync } = await start(t)
  t.strictSame(await sync('True', dossier()), { error_code: '-3', message: `Hồ sơ ${CODE} không tồn tại` })
})

t.test('isUpdating must be one of two strings', async t => {
  const { ask } = await start(t)
  for (const isUpdating of [true, false, 'true', 'false', '', undefined, null]) {
    const answer = await ask({ service: 'DongBoHoSoMC', isUpdating, data: [dossier()] })
    t.match(answer, { error_code: '3', message: /isUpdating/ }, String(isUpdating))
  }
})

t.test('a batch of new dossiers is taken whole', async t => {
  const { sync, sandbox } = await start(t)
  t.strictSame(await sync('False', dossier(), dossier({ MaHoSo: OTHER })), DONE)
  t.equal(sandbox.summary().dossiers, 2)
})

t.test('a batch that mixes new and known dossiers is refused whole', async t => {
  const { sync, sandbox } = await start(t)
  await sync('False', dossier())
  t.match(await sync('False', dossier(), dossier({ MaHoSo: OTHER })), { error_code: '-3', message: /^Hồ sơ \S+-0001 đã tồn tại; không gửi chung/ })
  t.match(await sync('True', dossier(), dossier({ MaHoSo: OTHER })), { error_code: '-3', message: /^Hồ sơ \S+-0002 không tồn tại; không gửi chung/ })
  t.match(sandbox.summary(), { dossiers: 1, creates: 1, updates: 0 })
})

t.test('one dossier twice in a call is refused', async t => {
  const { sync, sandbox } = await start(t)
  t.match(await sync('False', dossier(), dossier()), { error_code: '3', message: /hai lần/ })
  t.equal(sandbox.summary().dossiers, 0)
})

t.test('data must be an array with something in it', async t => {
  const { ask } = await start(t)
  for (const data of [[], dossier(), 'x', undefined]) {
    t.match(await ask({ service: 'DongBoHoSoMC', isUpdating: 'False', data }), { error_code: '3', message: /data phải là một mảng/ })
  }
})

t.test('TraCuuHoSo finds one or nothing', async t => {
  const { sync, ask } = await start(t)
  const find = (mahoso: unknown) => ask({ service: 'TraCuuHoSo', mahoso })
  t.strictSame(await find(CODE), { error_code: 0, message: '', result: [] })
  await sync('False', dossier())
  t.strictSame(await find(CODE), { error_code: 0, message: '', result: [dossier()] })
  t.match(await find(undefined), { error_code: '3', message: /mahoso/ })
})

t.test('only the newest writes of a dossier are kept whole, all are counted', async t => {
  const { sync, control } = await start(t)
  await sync('False', dossier())
  for (let update = 0; update < 55; update++) await sync('True', dossier({ GhiChu: String(update) }))
  const { body } = await control('GET', `/dossiers/${CODE}`)
  t.match(body, { creates: 1, updates: 55, dossier: { GhiChu: '54' } })
  t.equal((body['writes'] as unknown[]).length, 50)
})
