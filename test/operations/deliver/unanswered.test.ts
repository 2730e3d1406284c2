// Calls that got no answer: repeated, marked or held, as the call allows; and what never became a call.
import type { ServerResponse } from 'node:http'
import t from 'tap'
import { aStep } from '../../support/dossiers.js'
import { allowRepeating, auditOf, inTurn, openStand, say } from './stand.js'
import type { MappingResult } from '../../../src/adapter-kit/contract/deliver.js'

t.setTimeout(60_000)
const stand = openStand(t)
const cut = (response: ServerResponse): void => { response.destroy() }

t.test('a call that is harmless to repeat is repeated, and is no possible duplicate', async t => {
  const { gateway, aCase } = await stand
  const { code, push, reaches, paths } = aCase()
  await push({ 'dossier/create': inTurn(cut, say('ok')) })
  t.match(await reaches('delivered'), { attempts: 2 })
  t.strictSame(paths(), ['/dossier/create', '/dossier/create'])
  t.strictSame(await auditOf(gateway, code), ['attempted', 'retrying', 'attempted', 'delivered'])
})

t.test('a step that a setting allows to be repeated is repeated, and the log says that the partner may have it twice', async t => {
  const { gateway, aCase } = await stand
  allowRepeating(t, gateway)
  const { code, push, reaches, paths } = aCase()
  await push({ 'steps/update': inTurn(cut, say('ok')) }, { progress: [aStep()] })
  await reaches('delivered')
  t.strictSame(paths(), ['/dossier/create', '/steps/update', '/steps/update'], 'the dossier was confirmed and is not sent again')
  t.strictSame(await auditOf(gateway, code), ['attempted', 'possible-duplicate', 'retrying', 'attempted', 'delivered'])
})

t.test('a step that must not be repeated is held', async t => {
  const { gateway, aCase } = await stand
  const { code, push, reaches, paths } = aCase()
  await push({ 'steps/update': cut }, { progress: [aStep()] })
  t.match(await reaches('held'), { attempts: 1, lastFailure: { kind: 'uncertain', code: 'connection-lost', operation: 'steps' } })
  t.strictSame(paths(), ['/dossier/create', '/steps/update'])
  t.strictSame(await auditOf(gateway, code), ['attempted', 'held'])
})

t.test('a mapping that finds an error sends nothing: our fault, with the places and a cure', async t => {
  const { gateway, aCase } = await stand
  const active = gateway.services.adapters.get('first')
  const before = active?.adapter
  const findings = ['/status', '/field/code'].map(pointer => ({ severity: 'error' as const, code: 'unknown-code', pointer, message: 'chưa có trong bảng mã', messageEn: 'not in the code table' }))
  const map = (): MappingResult => ({ calls: [{ operation: 'dossier', message: { code: 'x', revisionText: 'x' }, steps: [] }], findings })
  Object.assign(active ?? {}, { adapter: { deliver: { ...before?.deliver, map } } })
  t.teardown(() => { Object.assign(active ?? {}, { adapter: before }) })
  const { code, push, reaches, paths } = aCase()
  await push()
  t.match(await reaches('failed'), {
    attempts: 1,
    lastFailure: { kind: 'mapping', code: 'mapping-failed', rule: 'mapping.unknown-code', words: '/status unknown-code: chưa có trong bảng mã | /field/code unknown-code: chưa có trong bảng mã', cure: /bảng mã/ }
  })
  t.strictSame(paths(), [])
  t.strictSame(await auditOf(gateway, code), ['attempted', 'failed'])
})
