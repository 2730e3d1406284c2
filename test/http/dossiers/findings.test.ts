// What a province's developer is told with a push: what is wrong, where, and what to do; refused or accepted.
import t, { type Test } from 'tap'
import { sql } from 'kysely'
import type { Dossier, Progress } from '../../../src/model/dossier-types.js'
import { aDossier, aStep, codeOf } from '../../support/dossiers.js'
import { startGateway } from '../../support/gateway.js'
import { checkProblem, storedRows } from '../refusal.js'

const gateway = await startGateway(t, { role: 'api' })
const later = aStep({ occurredAt: '2026-11-05T09:00:00+07:00', status: 'processing', content: 'Thẩm định' })
let dossiers = 0

async function pushedDossier (t: Test, changes: Partial<Dossier> = {}): Promise<string> {
  const code = codeOf(++dossiers)
  const response = await gateway.push(aDossier({ code, ...changes }))
  t.equal(response.statusCode, 202, response.body)
  return code
}

async function progress (code: string, payload: Progress): ReturnType<typeof gateway.call> {
  return gateway.call({ method: 'POST', url: `/v1/dossiers/${code}/progress`, payload })
}

t.test('a refusal names the cure in both languages', async t => {
  const response = await gateway.push(aDossier({ code: codeOf(++dossiers), finishedAt: '1900-01-01T00:00:00+07:00', dueAt: '2026-11-03T17:00:00+07:00' }))
  t.match(checkProblem(t, response, { status: 422, code: 'invalid-document' }).errors, [
    { pointer: '/finishedAt', code: 'time-impossible', message: /1976/, cure: /bỏ hẳn trường/, cureEn: /leave the field out/ },
    { pointer: '/dueAt', code: 'due-before-receipt', cure: /Sửa một trong hai ngày/, cureEn: /Correct one of them/ }
  ])
})

t.test('a receipt tells warnings of the gateway and of the partner, with cures, and is accepted', async t => {
  const { channel: _, ...dossier } = aDossier({ code: codeOf(++dossiers), applicant: { ...aDossier().applicant, sex: 'female', phone: '123' } })
  const response = await gateway.push(dossier)
  t.match(response, { statusCode: 202 })
  t.match(response.json().findings, [
    { severity: 'warning', code: 'personal-number-sex', pointer: '/applicant/identities/0/number', cure: /\S/, cureEn: /\S/ },
    { severity: 'warning', code: 'phone-shape', pointer: '/applicant/phone', cure: /\S/, cureEn: /\S/ },
    { severity: 'scoring', code: 'channel-missing', pointer: '/channel', adapter: 'national-portal', cure: 'Điền channel.', cureEn: /\S/ }
  ])
  t.notMatch(response.body, /066099000001|"123"/)
})

t.test('a finish a day before the stored receipt is refused in a progress push too, and nothing is stored', async t => {
  const code = await pushedDossier(t)
  const before = await storedRows(gateway.services)
  const response = await progress(code, { steps: [later], status: 'finished', finishedAt: '2026-11-03T17:00:00+07:00' })
  t.match(checkProblem(t, response, { status: 422, code: 'invalid-document' }).errors, [{ pointer: '/finishedAt', code: 'finish-before-receipt' }])
  t.strictSame(await storedRows(gateway.services), before)
})

t.test('a finish earlier on the day of the stored receipt is accepted with a warning', async t => {
  const response = await progress(await pushedDossier(t), { steps: [later], finishedAt: '2026-11-04T00:00:00+07:00' })
  t.match(response, { statusCode: 202 })
  t.match(response.json().findings, [{ severity: 'warning', code: 'times-out-of-order', pointer: '/finishedAt' }])
})

t.test('a stored dossier whose own times contradict each other still takes steps', async t => {
  const code = await pushedDossier(t)
  await sql`update revisions set content = content || '{"finishedAt": "2026-11-01T09:00:00+07:00"}' where dossier_id = (select id from dossiers where code = ${code})`.execute(gateway.services.db)
  t.match(await progress(code, { steps: [later] }), { statusCode: 202 })
})

t.test('the future is told and accepted', async t => {
  const nextYear = new Date(Date.now() + 370 * 86_400_000).toISOString()
  const response = await gateway.push(aDossier({ code: codeOf(++dossiers), returnedAt: nextYear }))
  t.match(response, { statusCode: 202 })
  t.match(response.json().findings, [{ severity: 'warning', code: 'time-in-future', pointer: '/returnedAt' }])
})

t.test('the preview tells the same', async t => {
  const payload = aDossier({ code: codeOf(++dossiers), field: { code: 'DATDAI', name: 'Đất đai' } })
  const { findings } = (await gateway.call({ method: 'POST', url: '/v1/dossiers/preview', payload })).json()
  t.match(findings, [{ code: 'field-code-notation', pointer: '/field/code', cure: /MALINHVUC/ }])
})
