// A dossier of an import beside what is stored: what a baseline makes of it, and what a push of it would send.
import t from 'tap'
import type { Dossier } from '../../src/model/dossier-types.js'
import type { BaselineDossier, StoredDossier } from '../../src/bulk/baseline.sql.js'
import { baselineDossier as documentOf, effectOfPush, standing } from '../../src/bulk/baseline-compare.js'
import { aDossier, aStep } from '../support/dossiers.js'

const ADAPTERS = ['first', 'second']
const STEP = aStep({ id: 's1' })

function baselineDossier (dossier: Dossier, adapters: readonly string[] = ADAPTERS): BaselineDossier {
  return documentOf(dossier, { adapters, origins: {} })
}

/** The dossier as it is stored after a baseline for the first adapter. */
function stored (dossier: Dossier, changes: Partial<StoredDossier> = {}): StoredDossier {
  const { code, contentHash, steps, sourceVersion } = baselineDossier(dossier)
  return {
    code,
    content_hash: contentHash,
    source_version: sourceVersion === undefined ? null : String(sourceVersion),
    steps: Object.fromEntries(steps.map(step => [step.stepId, step.contentHash.toString('hex')])),
    known_at: ['first'],
    unconfirmed: { first: 0, second: steps.length },
    ...changes
  }
}

t.test('a step that stands twice without an id is one', async t => {
  t.equal(baselineDossier(aDossier({ progress: [aStep(), aStep(), aStep({ content: 'Khác' })] })).steps.length, 2)
})

t.test('what is stored with the same content and all steps is unchanged, whatever its version and with fewer steps', async t => {
  const dossier = aDossier({ progress: [STEP], sourceVersion: 3 })
  t.equal(standing(baselineDossier(dossier), undefined), 'new')
  t.equal(standing(baselineDossier(dossier), stored(dossier)), 'unchanged')
  t.equal(standing(baselineDossier(aDossier()), stored(dossier)), 'unchanged')
})

t.test('another content, a new step or a changed step is already known', async t => {
  const there = stored(aDossier({ progress: [STEP] }))
  for (const changes of [{ summary: 'Khác' }, { progress: [STEP, aStep({ id: 's2' })] }, { progress: [{ ...STEP, content: 'Khác' }] }]) {
    t.equal(standing(baselineDossier(aDossier(changes)), there), 'already-known')
  }
})

t.test('a step with the name of a member of every object is looked up among the steps alone', async t => {
  const dossier = baselineDossier(aDossier({ progress: [aStep({ id: 'constructor' })] }), ['first'])
  t.equal(standing(dossier, stored(aDossier())), 'already-known')
  t.match(effectOfPush(dossier, stored(aDossier())), { kind: 'sent', to: [{ steps: 1 }] })
})

t.test('a push of what is new creates it everywhere with all steps', async t => {
  t.strictSame(effectOfPush(baselineDossier(aDossier({ progress: [STEP] })), undefined), {
    kind: 'sent', to: ADAPTERS.map(adapter => ({ adapter, mode: 'create', steps: 1 }))
  })
})

t.test('a push of what changed updates where the dossier is known and creates elsewhere, with what each lacks', async t => {
  const there = stored(aDossier({ progress: [STEP] }))
  t.strictSame(effectOfPush(baselineDossier(aDossier({ progress: [STEP, aStep({ id: 's2' })] })), there), {
    kind: 'sent', to: [{ adapter: 'first', mode: 'update', steps: 1 }, { adapter: 'second', mode: 'create', steps: 2 }]
  })
})

t.test('a push of what is unchanged sends nothing', async t => {
  const dossier = aDossier({ progress: [STEP], sourceVersion: 3 })
  t.strictSame(effectOfPush(baselineDossier(dossier), stored(dossier)), { kind: 'nothing' })
})

t.test('a push that intake would refuse is told by the code of its problem', async t => {
  const there = stored(aDossier({ progress: [STEP], sourceVersion: 3 }))
  const refused = (changes: Partial<Dossier>): unknown => effectOfPush(baselineDossier(aDossier({ progress: [STEP], ...changes })), there)
  t.strictSame(refused({ sourceVersion: 2 }), { kind: 'refused', code: 'stale-revision' })
  t.strictSame(refused({ sourceVersion: 3, summary: 'Khác' }), { kind: 'refused', code: 'source-version-reused' })
  t.strictSame(refused({ sourceVersion: 2, progress: [{ ...STEP, content: 'Khác' }] }), { kind: 'refused', code: 'step-changed' })
})
