// A province registers what it asks for, and sees what became of it.
import type { LightMyRequestResponse } from 'fastify'
import t from 'tap'
import { aDossier, codeOf } from '../support/dossiers.js'
import { startGateway } from '../support/gateway.js'
import { checkProblem, refusalsOf } from './refusal.js'

const gateway = await startGateway(t, { role: 'api' })
const { services: { db } } = gateway
const refused = refusalsOf(gateway)
const FEES = [{ name: 'Lệ phí mẫu', amount: '150000' }]
for (const n of [1, 2]) {
  const { onlinePayment: _, ...dossier } = aDossier({ code: codeOf(n), fees: FEES })
  await gateway.push(dossier)
}

const register = async (payload: object, code = codeOf(1)): Promise<LightMyRequestResponse> =>
  gateway.call({ method: 'POST', url: `/v1/dossiers/${code}/payments`, payload })
const shown = async (code = codeOf(1)): Promise<LightMyRequestResponse> => gateway.call({ url: `/v1/dossiers/${code}/payments` })

t.test('a payment is registered once, and shown as it was asked for', async t => {
  const wanted = { reference: 'dvc000000001H99261104000120261104093015', amount: '150000' }
  const first = await register(wanted)
  t.equal(first.statusCode, 201)
  t.match(first.json(), { ...wanted, dossierCode: codeOf(1), currency: 'VND', state: 'requested', requestedBy: 'client:bootstrap', transactionId: null, decidedAt: null, inboundId: null })
  t.match(first.json<{ requestedAt: string }>().requestedAt, /\+07:00$/)

  const again = await register({ ...wanted, currency: 'VND' })
  t.equal(again.statusCode, 200, 'the same again is no new request')
  t.strictSame(again.json(), first.json())

  const view = await shown()
  t.equal(view.statusCode, 200)
  t.strictSame(view.json(), { dossierCode: codeOf(1), currency: 'VND', fees: '150000', paid: '0', due: '150000', payments: [first.json()], refused: [] })
  const audit = await db.selectFrom('audit_entries').select(['actor', 'details']).where('action', '=', 'payment.requested').execute()
  t.strictSame(audit, [{ actor: 'client:bootstrap', details: { ...wanted, currency: 'VND' } }])
})

t.test('a reference stands for one payment: another amount, currency or dossier is 409', async t => {
  const wanted = { reference: 'ref-2', amount: '50000' }
  await register(wanted)
  for (const [payload, code] of [[{ ...wanted, amount: '50001' }, codeOf(1)], [{ ...wanted, currency: 'USD' }, codeOf(1)], [wanted, codeOf(2)]] as const) {
    const { detail } = await refused(t, { method: 'POST', url: `/v1/dossiers/${code}/payments`, payload }, { status: 409, code: 'payment-reference-taken' })
    t.match(detail, 'ref-2')
  }
})

t.test('two registrations at once: one is made, both are told of it', async t => {
  const answers = await Promise.all([1, 2, 3, 4].map(async () => register({ reference: 'at-once', amount: '1000' })))
  t.strictSame(answers.map(answer => answer.statusCode).sort(), [200, 200, 200, 201])
  const others = await Promise.all(['2000', '3000'].map(async amount => register({ reference: 'one-of-two', amount })))
  t.strictSame(others.map(answer => answer.statusCode).sort(), [201, 409])
})

t.test('what is no payment is refused by field, and stores nothing', async t => {
  const url = `/v1/dossiers/${codeOf(1)}/payments`
  const bad: ReadonlyArray<[payload: object, pointer: string, code: string]> = [
    [{ amount: '1' }, '', 'field-missing'],
    [{ reference: 'r', amount: 1 }, '/amount', 'field-type'],
    [{ reference: 'r', amount: '0' }, '/amount', 'field-format'],
    [{ reference: 'r', amount: '-1' }, '/amount', 'field-format'],
    [{ reference: 'r', amount: '150.000' }, '/amount', 'field-format'],
    [{ reference: 'r', amount: '0150000' }, '/amount', 'field-format'],
    [{ reference: 'r', amount: '1'.repeat(16) }, '/amount', 'field-format'],
    [{ reference: 'a|b', amount: '1' }, '/reference', 'field-format'],
    [{ reference: 'a'.repeat(256), amount: '1' }, '/reference', 'field-format'],
    [{ reference: 'r', amount: '1', currency: 'đồng' }, '/currency', 'field-format'],
    [{ reference: 'r', amount: '1', paid: true }, '', 'field-unknown']
  ]
  for (const [payload, pointer, code] of bad) {
    const { errors } = await refused(t, { method: 'POST', url, payload }, { status: 422, code: 'invalid-document' })
    t.match(errors, [{ pointer: pointer === '' ? /.*/ : pointer, code }], JSON.stringify(payload))
  }
})

t.test('an unknown dossier has no payments: 404', async t => {
  checkProblem(t, await shown(codeOf(99)), { status: 404, code: 'dossier-not-found' })
  await refused(t, { method: 'POST', url: `/v1/dossiers/${codeOf(99)}/payments`, payload: { reference: 'r', amount: '1' } }, { status: 404, code: 'dossier-not-found' })
})
