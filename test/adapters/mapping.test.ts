// What a mapping makes is checked before anything is sent; a defect or a misfit is a finding, never an exception.
import t, { type Test } from 'tap'
import { fileReference } from '../../src/model/file-reference.js'
import { createCodeBook } from '../../src/codes/book.js'
import type { PreviewState } from '../../src/operations/deliver/reading.sql.js'
import { activateAdapters } from '../../src/adapters/activate.js'
import { mapDossier } from '../../src/adapters/mapping.js'
import { previewDossier } from '../../src/operations/deliver/preview.js'
import { unsignedLink } from '../../src/files/links.js'
import { goldenFiles, readGolden, writeGolden, type GoldenCase } from '../dossier/review/golden.js'
import { aDossier, aStep } from '../support/dossiers.js'
import type { ActiveAdapter } from '../../src/adapters/active-adapter.js'
import type { DeliverOperation, MappingResult } from '../../src/adapter-kit/contract/deliver.js'

const book = createCodeBook({ tables: {}, seeds: {}, rows: [] })
const WITHOUT_HISTORY: PreviewState = { knownAt: [], unconfirmed: [], stepIds: [] }

async function first (t: Test, map?: DeliverOperation['map']): Promise<ActiveAdapter> {
  const active = (await activateAdapters({
    environment: { ADAPTER_FIRST_BASE_URL: 'http://partner.invalid' },
    wanted: ['first'],
    folder: new URL('../fixtures/adapters/', import.meta.url)
  })).get('first')
  if (active === undefined) throw new Error('there is no adapter first')
  t.teardown(() => active.client.close())
  return map === undefined ? active : { ...active, adapter: { deliver: { ...active.adapter.deliver, map } } }
}

const FILE = '0f8fad5b-d9cb-469f-a165-70867728950e'
const returns = (result: Partial<MappingResult>) => (): MappingResult => ({ calls: [], findings: [], ...result })
const mapped = (active: ActiveAdapter): MappingResult => mapDossier(active, { dossier: aDossier({ documents: [{ name: 'Đơn.pdf', url: fileReference(FILE) }] }), steps: [], fileLink: () => undefined }, book)

t.test('what fits the partner\'s schema is planned as the adapter made it', async t => {
  const dossier = aDossier()
  const steps = [{ ...aStep(), id: 's1' }]
  t.strictSame(mapDossier(await first(t), { dossier, steps, fileLink: unsignedLink }, book), {
    calls: [
      { operation: 'dossier', message: { code: dossier.code, revisionText: dossier.summary }, steps: [] },
      { operation: 'steps', message: { code: dossier.code, steps: [aStep().content] }, steps: ['s1'] }
    ],
    findings: []
  })
})

t.test('findings of a mapping name the adapter whose partner is meant', async t => {
  const finding = { severity: 'warning', code: 'too-long', pointer: '/summary', message: 'x', messageEn: 'x' } as const
  t.strictSame(mapped(await first(t, returns({ findings: [finding] }))).findings, [{ ...finding, adapter: 'first' }])
})

t.test('each misfit of a message is an error that names the call and the place', async t => {
  const { findings } = mapped(await first(t, returns({ calls: [{ operation: 'dossier', message: { code: 7 }, steps: [] }] })))
  t.match(findings, [{ severity: 'error', code: 'message-invalid', adapter: 'first' }, { severity: 'error', code: 'message-invalid', messageEn: /"dossier".*\/code: must be string/, message: /"dossier".*\/code/ }])
})

t.test('whatever a mapping throws is an error that keeps its class, not its text', async t => {
  for (const [thrown, shown] of [[new TypeError('Y Thử Niê'), /TypeError/], ['Y Thử Niê', /unknown/]] as const) {
    const result = mapped(await first(t, () => { throw thrown }))
    t.match(result, { calls: [], findings: [{ severity: 'error', code: 'mapping-defect', adapter: 'first', messageEn: shown }] })
    t.notMatch(JSON.stringify(result), 'Y Thử Niê')
  }
})

t.test('our own faults are told in these words', async t => {
  const misfit = await first(t, returns({ calls: [{ operation: 'unheard-of', message: {}, steps: [] }] }))
  const defect = await first(t, () => { throw new TypeError('Y Thử Niê') })
  const linking = await first(t, ({ fileLink }) => ({ calls: [{ operation: 'dossier', message: fileLink(FILE), steps: [] }], findings: [] }))
  const told = (golden: GoldenCase): unknown => mapped(golden.case.startsWith('a defect') ? defect : golden.case.startsWith('a file') ? linking : misfit).findings
  for (const file of goldenFiles('test/operations/deliver')) {
    writeGolden(file, told)
    for (const golden of readGolden(file)) t.strictSame(told(golden), golden.findings, golden.case)
  }
})

t.test('a call that the manifest does not name is not sent unchecked', async t => {
  const { findings } = mapped(await first(t, returns({ calls: [{ operation: 'unheard-of', message: {}, steps: [] }] })))
  t.match(findings, [{ severity: 'error' }], 'an error')
})

t.test('a preview shows the exact requests: a create, or an update where the partner knows the dossier', async t => {
  const active = await first(t)
  const pushed = { dossier: aDossier(), steps: [{ ...aStep(), id: 's1' }], fileLink: unsignedLink }
  const urls = (state: Partial<PreviewState>): string[] => previewDossier(active, { pushed, book, state: { ...WITHOUT_HISTORY, ...state } }).requests.map(({ url }) => url)
  t.strictSame(urls({}), ['http://partner.invalid/dossier/create', 'http://partner.invalid/steps/update'])
  t.strictSame(urls({ knownAt: ['first'] }), ['http://partner.invalid/dossier/update', 'http://partner.invalid/steps/update'])
  t.strictSame(urls({ knownAt: ['second'] }), ['http://partner.invalid/dossier/create', 'http://partner.invalid/steps/update'])
})

t.test('a preview reports steps as the delivery would: those waiting for this adapter too, none twice, the oldest first', async t => {
  const step = (id: string, occurredAt: string) => ({ ...aStep({ content: id, occurredAt }), id })
  const waiting = (adapter: string, { id, ...content }: ReturnType<typeof step>): PreviewState['unconfirmed'][number] => ({ adapter, step_id: id, content })
  const old = step('old', '2026-11-03T09:00:00+07:00')
  const state = {
    knownAt: [],
    stepIds: ['old', 'confirmed'],
    unconfirmed: [waiting('first', old), waiting('second', step('foreign', '2026-11-01T09:00:00+07:00'))]
  }
  const steps = [step('new', '2026-11-04T09:00:00+07:00'), old, step('confirmed', '2026-11-02T09:00:00+07:00')]
  const { requests, adapter, findings } = previewDossier(await first(t), { pushed: { dossier: aDossier(), steps, fileLink: unsignedLink }, book, state })
  t.strictSame({ adapter, findings }, { adapter: 'first', findings: [] })
  t.match(requests[1], { operation: 'steps', body: { steps: ['old', 'new'] } })
})
