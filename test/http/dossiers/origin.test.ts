// A dossier that was filed at the portal: its state is told by the message for such dossiers, and by no other (§2.11).
import t from 'tap'
import { aDossier, aStep, codeOf } from '../../support/dossiers.js'
import { deliveryStates, startGateway } from '../../support/gateway.js'

t.setTimeout(60_000)
const ORIGIN = { adapter: 'national-portal', code: 'G22.99-261104-000123' }

t.test('its steps and state arrive in order as statuses, and no dossier is made there', async t => {
  const { push, call, settled, sandbox, services } = await startGateway(t)
  const filed = aDossier({ origin: ORIGIN, progress: [aStep({ id: 's1', status: 'received', content: 'Đã tiếp nhận' })] })
  t.equal((await push(filed)).statusCode, 202)
  await settled()
  const step = aStep({ id: 's2', status: 'supplement-requested', content: 'Đề nghị bổ sung', occurredAt: '2026-11-05T08:30:00+07:00' })
  t.equal((await call({ method: 'POST', url: `/v1/dossiers/${filed.code}/progress`, payload: { status: 'supplement-requested', steps: [step] } })).statusCode, 202)
  await settled()
  const statuses = sandbox.store.notices('DongBoTrangThaiHoSo')
  t.strictSame(statuses.map(({ data }) => [data['MaHoSo'], data['MaHoSoDonVi'], data['TrangThai'], data['NoiDung']]), [
    [ORIGIN.code, filed.code, '2', 'Đã tiếp nhận'],
    [ORIGIN.code, filed.code, '5', 'Đề nghị bổ sung']
  ])
  t.equal(sandbox.store.dossier(filed.code), undefined, 'pitfall 53')
  t.strictSame(await deliveryStates(services), [`${filed.code} 1 delivered`, `${filed.code} 2 delivered`])
})

t.test('an origin that nobody could tell, that changes, or that is taken, is refused and nothing is stored', async t => {
  const { push, settled, services } = await startGateway(t)
  const refused = async (changes: object): Promise<unknown> => {
    const answer = (await push(aDossier(changes))).json<{ status: number, code: string, errors: Array<{ code: string, pointer: string }> }>()
    return [answer.status, answer.code, ...answer.errors.map(({ code, pointer }) => `${pointer} ${code}`)]
  }
  t.strictSame(await refused({ origin: { ...ORIGIN, adapter: 'elsewhere' } }), [422, 'invalid-document', '/origin/adapter origin-unknown'])
  t.strictSame(await services.db.selectFrom('dossiers').selectAll().execute(), [])
  t.equal((await push(aDossier({ origin: ORIGIN }))).statusCode, 202)
  t.strictSame(await refused({ summary: 'Khác' }), [422, 'invalid-document', '/origin origin-changed'])
  t.strictSame(await refused({ origin: { ...ORIGIN, code: 'G22.99-261104-000999' } }), [422, 'invalid-document', '/origin origin-changed'])
  t.strictSame(await refused({ code: codeOf(2), origin: ORIGIN }), [409, 'origin-taken'])
  t.equal((await services.db.selectFrom('revisions').select('revision').execute()).length, 1)
  await settled()
})
