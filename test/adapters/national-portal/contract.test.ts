// The example messages of contract §7.1 to §7.7, to the letter: what is sent, and what is made of the answers. Those of
// catalogue, status and feedback (§7.8 to §7.10) are the sandbox's: test/sandbox/contract.test.ts.
import t from 'tap'
import { createClient } from '../../../adapters/national-portal/client.js'
import { canonicalSchema, context, isLogin, manifest, mapped, ONE_ADDRESS, portal, readJson, schema, settings } from './support.js'
import type { Dossier } from '../../../src/model/dossier-types.js'
import type { Settings } from '../../../src/adapter-kit/contract/open.js'
import type { CallMode, NumberedStep, PlannedCall, WireRequest } from '../../../src/adapter-kit/contract/deliver.js'

type Message = Record<string, unknown>

interface Golden {
  request: Message
  answer: Message
  /** Where generation B differs; its addresses are those of a wrapper that tells create from update by the query. */
  b: { url: string, body?: unknown, answer?: unknown }
}

const NEVER = new AbortController().signal
const UNIT: Settings = { UNIT_CODE: '000.00.00.H99' }
const golden = <More>(name: string): Golden & More => readJson<Golden & More>(`fixtures/contract/${name}.json`)
const CREATE = golden<{ canonical: Dossier }>('7.02-create')
const STEPS = golden<{ steps: NumberedStep[] }>('7.06-progress')

function described (call: PlannedCall | undefined, mode: CallMode, changed: Settings = {}): WireRequest {
  const client = createClient({ settings: { ...settings, ...UNIT, BASE_URL: 'http://lgsp.example.vn/KetNoiMotCuaQuocGia', ...changed }, limits: manifest.limits, now: () => 0 })
  void client.close()
  return client.describe(call as PlannedCall, mode)
}

/** As `describe` shows it: the session of the example is hidden. */
function shown (request: Message): Message {
  return { ...request, session: '«session»' }
}

function wrapper (address: string): string {
  return `http://lgsp.example.vn/KetNoiMotCuaQuocGia/${address}`
}

t.test('7.1: the login', async t => {
  const { request, answer } = golden('7.01-login')
  const { client, seen } = await portal(t, one => isLogin(one) ? { body: answer } : { body: CREATE.answer }, {
    settings: { ...UNIT, USERNAME: '000.00.00.H99', PASSWORD: '<secret>', DSTCODE: 'VN:GOV:000.00.00.G22:vpcpdvcprovider' }
  })
  await client.send({ operation: 'dossier', message: CREATE.request.data, steps: [] }, context('create'))
  t.strictSame(seen[0]?.body, request)
  t.equal(seen[0]?.path, '/forward/mapi/login?dstcode=VN:GOV:000.00.00.G22:vpcpdvcprovider')
  t.strictSame(seen[1]?.body, CREATE.request, 'its session is used')
})

t.test('7.2: a dossier is created', async t => {
  const validate = canonicalSchema()
  t.ok(validate(CREATE.canonical), JSON.stringify(validate.errors))
  const { calls, findings } = mapped({ dossier: CREATE.canonical, steps: [] })
  t.strictSame(findings, [])
  t.ok(schema('dossier')(calls[0]?.message))
  t.strictSame(described(calls[0], 'create').body, shown(CREATE.request))
  t.match(described(calls[0], 'create', ONE_ADDRESS), { method: 'POST', url: wrapper(CREATE.b.url) })
  t.strictSame(described(calls[0], 'create', ONE_ADDRESS).body, CREATE.b.body)
})

t.test('7.3: an update with a result is the whole dossier', async t => {
  const { changes, request, b } = golden<{ changes: Partial<Dossier> }>('7.03-update')
  const { calls } = mapped({ dossier: { ...CREATE.canonical, ...changes }, steps: [] })
  const sent = described(calls[0], 'update').body as Message
  const [members] = request.data as [Message]
  t.strictSame({ ...sent, data: [{ ...(CREATE.request.data as [Message])[0], ...members }] }, sent)
  t.match(sent, { service: request.service, isUpdating: request.isUpdating })
  t.match(described(calls[0], 'update', ONE_ADDRESS), { url: wrapper(b.url), body: sent.data })
})

for (const [generation, changed] of [['A', {}], ['B', ONE_ADDRESS]] as const) {
  t.test(`7.2, 7.4, generation ${generation}: success and a dossier that is there already`, async t => {
    const call: PlannedCall = { operation: 'dossier', message: CREATE.request.data, steps: [] }
    const answers = [CREATE.answer, golden('7.04-duplicate').answer]
    const { client } = await portal(t, one => ({ body: isLogin(one) ? golden('7.01-login').answer : answers.shift() }), { settings: { ...UNIT, ...changed } })
    t.match(await client.send(call, context('create')), { verdict: 'done', rule: 'portal.success-code-and-phrase' })
    t.match(await client.send(call, context('create')), { verdict: 'exists', words: 'Hồ sơ 000.00.01.H99-261104-0001 đã tồn tại' })
  })
}

t.test('7.5: a supplement request', async t => {
  const { canonical, member } = readJson<{ canonical: NonNullable<Dossier['supplements']>[number], member: Message }>('fixtures/contract/7.05-supplement.json')
  const { calls } = mapped({ dossier: { ...CREATE.canonical, supplements: [canonical] }, steps: [] })
  t.strictSame((calls[0]?.message as [Message])[0].DanhSachHoSoBoSung, [member])
})

t.test('7.6: progress steps', async t => {
  const { calls } = mapped({ dossier: CREATE.canonical, steps: STEPS.steps })
  t.strictSame(described(calls[1], 'update').body, shown(STEPS.request))
  t.match(described(calls[1], 'update', ONE_ADDRESS), { method: 'POST', url: wrapper(STEPS.b.url) })
  t.strictSame(described(calls[1], 'update', ONE_ADDRESS).body, STEPS.b.body)
  const { client } = await portal(t, () => ({ body: STEPS.b.answer, headers: { 'content-type': 'text/plain' } }), { settings: ONE_ADDRESS })
  t.match(await client.send(calls[1] as PlannedCall, context('update')), { verdict: 'done', rule: 'portal.success-text' })
})

t.test('7.7: a lookup that finds nothing', async t => {
  const { request, answer, b } = golden('7.07-lookup')
  const a = await portal(t, one => ({ body: isLogin(one) ? golden('7.01-login').answer : answer }), { settings: UNIT })
  t.equal(await a.client.exists('000.00.01.H99-261104-0001', NEVER), false)
  t.strictSame(a.writes()[0]?.body, request)
  const wrapped = await portal(t, () => ({ body: b.answer }), { settings: { ...UNIT, ...ONE_ADDRESS } })
  t.equal(await wrapped.client.exists('000.00.01.H99-261104-0001', NEVER), false)
  t.match(wrapped.seen, [{ method: 'GET', path: `/forward/${b.url}` }])
})
