import t from 'tap'
import type { Result } from '../../faults/drive.js'
import { failed, page, summarise, told } from '../../faults/report.js'

function aResult (changes: Partial<Result> = {}): Result {
  return {
    number: 4,
    kind: 'point delivery.claimed',
    who: 'worker-1',
    backend: 'redis',
    verdict: { lost: [], duplicated: [], reordered: [], stuck: [], duplicatedSteps: 1 },
    problems: [],
    dossiers: 20,
    firstSeconds: 0.2,
    allSeconds: 4.5,
    ...changes
  }
}

const STUCK = { lost: [], duplicated: [], reordered: [], stuck: ['H-1: revision 2 is sending'], duplicatedSteps: 0 }

t.test('the summary counts, and keeps the longest recovery of each kind of fault', async t => {
  const summary = summarise([aResult(), aResult({ firstSeconds: 1.5, allSeconds: 3 }), aResult({ kind: 'queue wiped', firstSeconds: undefined })])
  t.strictSame(summary, {
    lost: 0,
    duplicated: 0,
    duplicatedSteps: 3,
    reordered: 0,
    stuck: 0,
    problems: 0,
    recoverySeconds: { 'point delivery.claimed': 1.5 },
    settledSeconds: { 'point delivery.claimed': 4.5, 'queue wiped': 4.5 },
    faults: 3
  })
  t.notOk(failed(summary))
})

t.test('anything stuck, a problem beside deliveries, and a run without a fault fail the run', async t => {
  t.ok(failed(summarise([aResult({ verdict: STUCK })])))
  t.ok(failed(summarise([aResult({ problems: ['worker-1 ended (1)'] })])))
  t.ok(failed(summarise([aResult()], ['planned 3, deliveries 2'])))
  t.ok(failed(summarise([])))
})

t.test('a fault that failed tells dossier and state, in the lines and on the page', async t => {
  const bad = aResult({ verdict: STUCK, problems: ['worker-1 ended (1)'] })
  t.match(told(bad), /^FAILED {3}4 redis point delivery.claimed \(worker-1\).*\n +problem: worker-1 ended \(1\)\n +stuck: H-1: revision 2 is sending$/)
  const run = { seed: 7, command: 'npm run faults', machine: '2 cores', stores: ['queue on redis'], startedAt: '2026-11-25', minutes: 3 }
  const text = page(run, [aResult(), bad], summarise([aResult(), bad]))
  t.match(text, '| redis | point delivery.claimed | 2 | 40 | 0.2, 0.2 | 4.5, 4.5 | 1 | **failed** |')
  t.match(text, 'seed 7')
  t.match(text, 'H-1: revision 2 is sending')
})
