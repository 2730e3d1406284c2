// What the partner says about its holding of a dossier corrects our record, and never leads to a second creation.
import t from 'tap'
import { aStep } from '../../support/dossiers.js'
import { until } from '../../support/gateway.js'
import { inTurn, openStand, say, type Case } from './stand.js'
import type { DeliverClient } from '../../../src/adapter-kit/contract/deliver.js'

t.setTimeout(60_000)
const stand = openStand(t)

/** A dossier that the partner holds already. */
async function delivered (): Promise<Case> {
  const one = (await stand).aCase()
  await one.push()
  await one.reaches('delivered')
  return one
}

t.test('"already there" to a create: the same revision goes as an update, in the same attempt', async t => {
  const { push, reaches, paths } = (await stand).aCase()
  await push({ 'dossier/create': say('exists') })
  t.match(await reaches('delivered'), { attempts: 1 })
  t.strictSame(paths(), ['/dossier/create', '/dossier/update'])
})

t.test('"already there" to an update is a refusal', async t => {
  const { push, reaches, paths } = await delivered()
  await push({ 'dossier/update': say('exists') })
  t.match(await reaches('refused'), { lastFailure: { kind: 'refused', rule: 'echo.exists', words: 'exists', cure: /\S/ } })
  t.strictSame(paths(), ['/dossier/create', '/dossier/update'])
})

t.test('"not there" to a create is a refusal', async t => {
  const { push, reaches, paths } = (await stand).aCase()
  await push({ 'dossier/create': say('missing') })
  t.match(await reaches('refused'), { lastFailure: { rule: 'echo.missing' } })
  t.strictSame(paths(), ['/dossier/create'])
})

t.test('"not there" to an update, but the partner holds it: a refusal, and nothing is created', async t => {
  const { push, reaches, paths } = await delivered()
  await push({ 'dossier/update': say('missing'), exists: say('yes') })
  t.match(await reaches('refused'), { lastFailure: { rule: 'echo.missing' } })
  t.strictSame(paths(), ['/dossier/create', '/dossier/update', '/exists'])
})

t.test('"not there" to an update, and the partner says it holds none: it is created anew', async t => {
  const { push, reaches, paths } = await delivered()
  await push({ 'dossier/update': say('missing'), exists: say('no') })
  t.match(await reaches('delivered'), { revision: 2, attempts: 1 })
  t.strictSame(paths(), ['/dossier/create', '/dossier/update', '/exists', '/dossier/create'])
})

t.test('"not there" to an update, and no answer to the question: later, and nothing is created', async t => {
  const { push, reaches, paths } = await delivered()
  await push({ 'dossier/update': inTurn(say('missing'), say('ok')), exists: say('?', 500) })
  t.match(await reaches('delivered'), { attempts: 2 })
  t.strictSame(paths(), ['/dossier/create', '/dossier/update', '/exists', '/dossier/update'])
})

t.test('"not there" to a step of a dossier that the partner has lost: created anew, then the step', async t => {
  const { push, reaches, paths } = await delivered()
  await push({ 'steps/update': inTurn(say('missing'), say('ok')), exists: say('no') }, { progress: [aStep()] })
  await reaches('delivered')
  t.strictSame(paths(), ['/dossier/create', '/dossier/update', '/steps/update', '/exists', '/dossier/create', '/steps/update'])
})

t.test('a partner that contradicts itself is tried later, a bounded number of calls at a time', async t => {
  const { push, reaches, shown, answer, paths } = await delivered()
  await push({ 'dossier/update': say('missing'), 'dossier/create': say('exists'), exists: say('no') })
  await until(async () => (await shown()).lastFailure?.['code'] === 'partner-contradicts-itself')
  t.strictSame(paths().slice(1, 5), ['/dossier/update', '/exists', '/dossier/create', '/dossier/update'], 'three calls and the question between them')
  answer({})
  await reaches('delivered')
})

t.test('an adapter that throws: its defect is named, with what to do, and the text of its error is not kept', async t => {
  const { push, reaches, shown } = (await stand).aCase()
  const mend = await breakClient({ send: async () => { throw new TypeError('Y Thử Niê') } })
  await push()
  await until(async () => (await shown()).lastFailure !== null)
  t.match(await shown(), { lastFailure: { code: 'adapter-defect', rule: 'kernel.defect', cure: /delivery id/ } })
  t.notMatch(JSON.stringify(await shown()), 'Y Thử Niê')
  mend()
  await reaches('delivered')
})

t.test('an adapter that throws after a call left which must not be repeated: held', async t => {
  const { push, reaches } = (await stand).aCase()
  const mend = await breakClient({
    send: async (call, context) => {
      await context.sending()
      if (call.operation === 'steps') throw new TypeError('x')
      return { verdict: 'done', rule: 'x', code: '', words: '' }
    }
  })
  await push({}, { progress: [aStep()] })
  t.match(await reaches('held'), { lastFailure: { kind: 'uncertain', operation: 'steps' } })
  mend()
})

t.test('words and answers of the partner are kept without personal data', async t => {
  const { code, push, reaches } = (await stand).aCase()
  await push({ 'dossier/create': say('Công dân Y Thử Niê (066099000001, y.thu@example.vn) đã có hồ sơ', 400) })
  t.match(await reaches('refused'), { lastFailure: { status: 400, words: 'Công dân *** (***, ***) đã có hồ sơ' } })
  const exchanges = await (await stand).gateway.services.db.selectFrom('exchanges').selectAll().where('code', '=', 'http-400').execute()
  t.notMatch(JSON.stringify(exchanges), /Y Thử Niê|066099000001|y\.thu@/)
  t.match(JSON.stringify(exchanges), code, 'the request is there')
})

/** Replaces parts of the open client; returns what puts them back. */
async function breakClient (parts: Partial<DeliverClient>): Promise<() => void> {
  const active = (await stand).gateway.services.adapters.get('first')
  const before = active?.client
  Object.assign(active ?? {}, { client: { ...before, ...parts } })
  return () => { Object.assign(active ?? {}, { client: before }) }
}
