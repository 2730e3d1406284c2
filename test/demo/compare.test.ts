// The comparison must see what is wrong: a demo that cannot fail proves nothing.
import t from 'tap'
import { compare, deliveryKey, orderOfStates, type Comparison } from '../../demo/compare.js'
import { nationalDossier, nationalStep, type National } from '../../demo/expected.js'
import type { Golden } from '../../demo/golden-files.js'
import type { History } from '../../demo/history.js'
import type { HeldDossier } from '../../demo/portal.js'
import { isClean, summarise, unexpectedBlocks, unexpectedFindings } from '../../demo/summary.js'
import { NO_TABLES } from '../../demo/tables.js'
import { aDossier, aStep } from '../support/dossiers.js'

const CODE = aDossier().code
const STEPS = [aStep(), aStep({ occurredAt: '2026-11-05T09:00:00+07:00', content: 'Thẩm định', status: 'processing' })]
const FINISHED = aDossier({ status: 'finished', finishedAt: '2026-11-10T10:00:00+07:00' })
const HISTORY: History = { code: CODE, revisions: [{ number: 1, state: aDossier(), steps: STEPS.slice(0, 1) }, { number: 2, state: FINISHED, steps: STEPS }] }

const GOLDEN: Golden = { code: CODE, findings: [], dossier: nationalDossier(FINISHED), steps: STEPS.map(step => nationalStep(CODE, step)) }

/** What the portal holds when all went well; `changes` replace members. */
function held (changes: Partial<HeldDossier> = {}): HeldDossier {
  return {
    code: CODE,
    creates: 1,
    writes: [{ kind: 'create', dossier: nationalDossier(aDossier()) }, { kind: 'update', dossier: nationalDossier(FINISHED) }],
    steps: STEPS.map(step => ({ step: nationalStep(CODE, step) })),
    ...changes
  }
}

interface Situation {
  portal?: HeldDossier | undefined
  states?: [string, string]
  refusals?: string[]
  unanswered?: string[]
  golden?: Golden
}

function judged ({ portal, states = ['delivered', 'delivered'], refusals = [], unanswered = [], golden = GOLDEN }: Situation): Comparison {
  return compare({
    histories: [HISTORY],
    portal: { dossiers: new Map(portal === undefined ? [] : [[portal.code, portal]]), unansweredProgress: new Set(unanswered) },
    golden: new Map([[golden.code, golden]]),
    tables: NO_TABLES,
    states: new Map(states.map((state, index) => [deliveryKey(CODE, index + 1), state])),
    refusals: new Set(refusals)
  })
}

const CLEAN = { lost: [], duplicated: 0, duplicatedSteps: 0, reordered: [], differences: [] }

t.test('finds nothing where all is well, with or without the first state', async t => {
  t.strictSame(judged({ portal: held() }), CLEAN)
  t.strictSame(judged({ portal: held({ writes: [{ kind: 'create', dossier: nationalDossier(FINISHED) }] }), states: ['superseded', 'delivered'] }), CLEAN)
})

t.test('finds a planted difference and names the member', async t => {
  const wrong: National = { ...nationalDossier(FINISHED), NgayKetThucXuLy: '20261110033000' }
  const found = judged({ portal: held({ writes: [{ kind: 'create', dossier: wrong }] }) })
  t.strictSame(found.differences, [{ code: CODE, at: 'NgayKetThucXuLy', expected: '20261110100000', actual: '20261110033000' }])
  t.strictSame(found.lost, [])
})

t.test('finds a member inside a list, one too many and one too few', async t => {
  const { DinhDanhCHS: _, ...rest } = nationalDossier(FINISHED)
  const found = judged({ portal: held({ writes: [{ kind: 'create', dossier: { ...rest, ThuaRa: '1', DSKetNoiCSDL: [{ MaCSDL: '9' }] } }] }) })
  t.strictSame(found.differences.map(({ at }) => at).sort(), ['DSKetNoiCSDL[0]', 'DinhDanhCHS', 'ThuaRa'])
})

t.test('finds a planted missing step', async t => {
  const found = judged({ portal: held({ steps: held().steps.slice(0, 1) }) })
  t.strictSame(found.lost, [CODE])
  t.match(found.differences, [{ at: 'step 20261105090000 Thẩm định', actual: 'missing' }])
})

t.test('finds a step that nobody reported, and a step that was changed', async t => {
  const invented = nationalStep(CODE, aStep({ occurredAt: '2026-11-06T09:00:00+07:00', content: 'Hoàn thành' }))
  t.match(judged({ portal: held({ steps: [...held().steps, { step: invented }] }) }).differences, [{ at: 'step 20261106090000 Hoàn thành', expected: undefined }])
  const changed = held().steps.map(({ step }) => ({ step: { ...step, TrangThai: '9' } }))
  t.equal(judged({ portal: held({ steps: changed }) }).differences.length, 2)
})

t.test('finds a planted reordering, of states and of steps', async t => {
  t.strictSame(judged({ portal: held({ writes: held().writes.toReversed() }) }).reordered, [CODE])
  t.strictSame(judged({ portal: held({ steps: held().steps.toReversed() }) }).reordered, [CODE])
})

t.test('finds a dossier that is not there, or stands at an earlier state', async t => {
  t.strictSame(judged({}).lost, [CODE])
  t.strictSame(judged({ portal: held({ writes: held().writes.slice(0, 1) }) }).lost, [CODE])
})

t.test('finds a second create and a write of nobody\'s', async t => {
  t.equal(judged({ portal: held({ creates: 2 }) }).duplicated, 1)
  const strange = { kind: 'update', dossier: { ...nationalDossier(aDossier()), TrichYeuHoSo: 'Khác' } } as const
  t.match(judged({ portal: held({ writes: [strange, ...held().writes] }) }).differences, [{ at: 'DongBoHoSoMC' }])
  t.match(judged({ portal: { ...held(), code: 'X' } }).differences, [{ code: 'X', at: 'MaHoSo' }])
})

t.test('a repeated step is counted, and wrong unless an answer was lost', async t => {
  const portal = held({ steps: [...held().steps, ...held().steps.slice(1)] })
  t.match(judged({ portal, unanswered: [CODE] }), { duplicatedSteps: 1, differences: [] })
  t.match(judged({ portal }), { duplicatedSteps: 1, differences: [{ at: 'CapNhatTienDoHoSoMC' }] })
})

t.test('a refused dossier is not lost; one that nobody had refused is a difference', async t => {
  const golden = { ...GOLDEN, dossier: null, steps: [] }
  t.strictSame(judged({ golden, states: ['refused', 'refused'], refusals: [CODE] }), CLEAN)
  t.match(judged({ golden, states: ['refused', 'refused'] }), { lost: [], differences: [{ at: 'refused' }] })
  t.match(judged({ golden, portal: held(), states: ['refused', 'refused'], refusals: [CODE] }).differences, [{ at: 'MaHoSo' }])
  t.match(judged({ portal: held(), refusals: [CODE] }).differences, [{ at: 'refused' }])
})

t.test('a refused last state leaves the one before it at the portal', async t => {
  const portal = held({ writes: held().writes.slice(0, 1), steps: held().steps.slice(0, 1) })
  const golden = { ...GOLDEN, dossier: nationalDossier(aDossier()), steps: GOLDEN.steps.slice(0, 1) }
  t.strictSame(judged({ golden, portal, states: ['delivered', 'refused'], refusals: [CODE] }), CLEAN)
})

t.test('states that look alike are no reordering', async t => {
  t.match(orderOfStates(['a', 'a', 'b', 'a'], ['a', 'b', 'a']), { reordered: false, endsEarlier: false, strange: 0 })
  t.match(orderOfStates(['a', 'b', 'c'], ['a', 'c', 'b']), { reordered: true, endsEarlier: true })
})

t.test('a run is clean only when its deliveries add up', async t => {
  const unblocking = { blocked: [], added: 0, redriven: 0 }
  const summary = summarise({ pushed: [], rejected: [], deliveries: [], unblocking, comparison: CLEAN }, 1.25)
  t.ok(isClean(summary))
  t.notOk(isClean({ ...summary, planned: 1 }))
  for (const count of ['lost', 'duplicated', 'reordered', 'differences'] as const) t.notOk(isClean({ ...summary, [count]: 1 }), count)
  t.ok(isClean({ ...summary, duplicatedSteps: 3 }))
})

t.test('finds a dossier that has no golden file, and one whose golden file says otherwise', async t => {
  t.match(judged({ portal: held(), golden: { ...GOLDEN, code: 'X' } }).differences, [{ code: CODE, at: 'demo/golden' }])
  const golden = { ...GOLDEN, dossier: { ...GOLDEN.dossier, TrangThaiHoSo: '10' } }
  t.strictSame(judged({ portal: held(), golden }).differences, [{ code: CODE, at: 'TrangThaiHoSo', expected: '10', actual: '9' }])
})

t.test('finds a remark of the gateway that the golden file does not have, on the first push alone', async t => {
  const push = { to: 'dossier', code: CODE, expect: 'accepted', body: aDossier() } as const
  const pushed = (findings: string[]): Parameters<typeof unexpectedFindings>[0][number] => ({ push, outcome: 'accepted', revision: 1, findings, receipt: '' })
  const golden = new Map([[CODE, GOLDEN]])
  t.strictSame(unexpectedFindings([pushed([]), pushed(['warning x /y'])], golden), [])
  t.match(unexpectedFindings([pushed(['warning x /y'])], golden), [{ code: CODE, at: 'findings', expected: [], actual: ['warning x /y'] }])
})

t.test('finds a dossier that was not blocked, or stays so', async t => {
  const golden = new Map([[CODE, { ...GOLDEN, findings: ['error code-unmapped /procedure/code'] }]])
  const blocked = [{ code: CODE, rows: ['procedure X'] }]
  t.strictSame(unexpectedBlocks({ blocked, added: 1, redriven: 1 }, golden), [])
  t.match(unexpectedBlocks({ blocked, added: 1, redriven: 0 }, golden), [{ at: 'unblocked' }])
  t.match(unexpectedBlocks({ blocked: [], added: 1, redriven: 1 }, golden), [{ at: 'blocked' }])
})
