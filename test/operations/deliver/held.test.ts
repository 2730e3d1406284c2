// A call that may have arrived and must not be repeated blindly: the partner is asked, or somebody who has looked decides.
import type { ServerResponse } from 'node:http'
import t from 'tap'
import { aStep } from '../../support/dossiers.js'
import { until } from '../../support/gateway.js'
import { auditOf, openStand, say, type Answers, type Case } from './stand.js'

t.setTimeout(60_000)
const stand = openStand(t)
const cut = (response: ServerResponse): void => { response.destroy() }

/** A dossier whose step may have reached the partner. */
async function held (answers: Answers = {}): Promise<Case & { id: string }> {
  const { gateway, aCase } = await stand
  const one = aCase()
  await one.push({ 'steps/update': cut, ...answers }, { progress: [aStep()] })
  await one.reaches('held')
  one.answer(answers)
  const { id } = await gateway.services.db.selectFrom('deliveries as d').innerJoin('dossiers as x', 'x.id', 'd.dossier_id')
    .select('d.id').where('x.code', '=', one.code).executeTakeFirstOrThrow()
  return { ...one, id }
}

const resolve = async (id: string, outcome: unknown): Promise<{ statusCode: number, body: Record<string, unknown> }> => {
  const answer = await (await stand).gateway.call({ method: 'POST', url: `/v1/deliveries/${id}/resolve`, payload: { outcome } })
  return { statusCode: answer.statusCode, body: answer.json() }
}

t.test('both choices are explained with the failure', async t => {
  const { shown } = await held()
  const { lastFailure } = await shown()
  t.match(lastFailure, { kind: 'uncertain', cure: /"arrived".*"not-arrived"/s, cureEn: /"arrived".*"not-arrived"/s })
})

t.test('it had arrived: the delivery ends, nothing is sent again, and no later revision sends the step', async t => {
  const { id, reaches, paths, push, code } = await held()
  t.match(await resolve(id, 'arrived'), { statusCode: 200, body: { state: 'queued', resolution: 'arrived', by: 'operator' } })
  await reaches('delivered')
  t.strictSame(paths(), ['/dossier/create', '/steps/update'])
  await push()
  await reaches('delivered')
  t.strictSame(paths(), ['/dossier/create', '/steps/update', '/dossier/update'])
  t.match(await auditOf((await stand).gateway, code), ['attempted', 'held', 'resolved', 'attempted', 'delivered', 'attempted', 'delivered'])
})

t.test('it had not: only the call that was not answered is sent again', async t => {
  const { id, reaches, paths } = await held()
  await resolve(id, 'not-arrived')
  await reaches('delivered')
  t.strictSame(paths(), ['/dossier/create', '/steps/update', '/steps/update'])
})

t.test('the partner is asked, and what it says is done', async t => {
  const there = await held({ 'arrived-steps': say('yes') })
  t.match(await resolve(there.id, 'ask'), { statusCode: 200, body: { resolution: 'arrived', by: 'partner' } })
  await there.reaches('delivered')
  t.strictSame(there.paths(), ['/dossier/create', '/steps/update', '/arrived-steps'])
  const missing = await held({ 'arrived-steps': say('no') })
  t.match(await resolve(missing.id, 'ask'), { body: { resolution: 'not-arrived', by: 'partner' } })
  await missing.reaches('delivered')
  t.strictSame(missing.paths(), ['/dossier/create', '/steps/update', '/arrived-steps', '/steps/update'])
})

t.test('silence is no answer: it stays held, and who asked is told', async t => {
  const { id, shown } = await held({ 'arrived-steps': say('', 500) })
  t.match(await resolve(id, 'ask'), { statusCode: 503, body: { code: 'partner-unanswered' } })
  t.match(await shown(), { state: 'held' })
})

t.test('a decision that is none, or about what is not held, changes nothing', async t => {
  const { id, reaches, shown } = await held()
  t.match(await resolve(id, 'perhaps'), { statusCode: 422, body: { code: 'outcome-invalid' } })
  t.match(await shown(), { state: 'held' })
  await resolve(id, 'arrived')
  await reaches('delivered')
  t.match(await resolve(id, 'not-arrived'), { statusCode: 409, body: { code: 'delivery-not-held' } })
  t.match(await resolve('999999999', 'arrived'), { statusCode: 404, body: { code: 'delivery-not-found' } })
})

t.test('the evidence of every attempt: what was sent, what came back, how long it took, which rule, which process', async t => {
  const { id, reaches } = await held()
  await resolve(id, 'not-arrived')
  await reaches('delivered')
  const evidence = (await (await stand).gateway.call({ url: `/v1/deliveries/${id}` })).json()
  t.match(evidence, {
    id,
    state: 'delivered',
    tries: [
      { number: 2, process: /\/\d+\//, result: 'delivered', calls: [{ operation: 'steps', verdict: 'done', rule: 'echo.ok', answer: { status: 200, excerpt: 'ok' } }] },
      {
        number: 1,
        result: 'held',
        startedAt: /\+07:00$/,
        calls: [
          { operation: 'dossier', mode: 'create', verdict: 'done', request: { method: 'POST', url: /dossier\/create/ }, elapsedMs: Number },
          { operation: 'steps', verdict: 'uncertain', rule: /^network\./, steps: [String], answer: null }
        ]
      }
    ],
    nextCursor: null
  })
  t.match((await (await stand).gateway.call({ url: `/v1/deliveries/${id}?limit=1` })).json(), { tries: [{ number: 2 }], nextCursor: 2 })
})

t.test('by itself: a timer asks where the partner can be asked', async t => {
  const { gateway, aCase } = await openStand(t, { HELD_ASK_SECONDS: '1' })
  const one = aCase()
  await one.push({ 'steps/update': cut, 'arrived-steps': say('yes') }, { progress: [aStep()] })
  await one.reaches('delivered')
  t.strictSame(one.paths(), ['/dossier/create', '/steps/update', '/arrived-steps'])
  await until(async () => (await auditOf(gateway, one.code)).includes('resolved'))
})
