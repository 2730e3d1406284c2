// A judge that lets things pass would make every fault run green: each kind of damage is planted, and must be seen.
import t from 'tap'
import { isClean, judge, together, type Received, type Rows } from '../../faults/judge.js'
import type { Accepted } from '../../faults/load.js'

const accepted: Accepted = { code: 'H-1', revision: 3, summary: 3, steps: ['Bước 1', 'Bước 2', 'Bước 3'] }

function rows (changes: Partial<Rows> = {}): Rows {
  return { revision: 3, states: ['delivered', 'superseded retry-later', 'delivered'], possibleDuplicates: 0, lane: 'lane 7 due never', ...changes }
}

function received (changes: Partial<Received> = {}): Received {
  return { creates: 1, summaries: [1, 3], steps: [1, 2, 3].map(number => step(number)), ...changes }
}

function step (number: number, occurrence = 1): Received['steps'][number] {
  return { content: `Bước ${number}`, occurrence }
}

t.test('what arrived once, whole and in order is clean', async t => {
  t.strictSame(judge(accepted, rows(), received()), { lost: [], duplicated: [], reordered: [], stuck: [], duplicatedSteps: 0 })
})

const DAMAGE: ReadonlyArray<readonly [what: string, kind: 'lost' | 'duplicated' | 'reordered' | 'stuck', rows: Rows | undefined, received: Received | undefined]> = [
  ['a dossier that the database does not have', 'lost', undefined, received()],
  ['a revision that was accepted and is not there', 'lost', rows({ revision: 2, states: ['delivered', 'delivered'] }), received()],
  ['a revision without a delivery', 'lost', rows({ states: ['delivered', 'delivered'] }), received()],
  ['a dossier that the portal does not have', 'lost', rows(), undefined],
  ['an older content at the portal', 'lost', rows(), received({ summaries: [1] })],
  ['a step that is missing at the portal', 'lost', rows(), received({ steps: [step(1), step(3)] })],
  ['a second creation', 'duplicated', rows(), received({ creates: 2 })],
  ['a step twice without a word in the audit log', 'duplicated', rows(), received({ steps: [step(1), step(1, 2), step(2), step(3)] })],
  ['a revision after a newer one', 'reordered', rows(), received({ summaries: [1, 3, 2, 3] })],
  ['a step after a later one', 'reordered', rows(), received({ steps: [step(2), step(1), step(3)] })],
  ['a delivery that is still being sent', 'stuck', rows({ states: ['delivered', 'delivered', 'sending'] }), received()],
  ['a delivery that failed', 'stuck', rows({ states: ['delivered', 'failed interrupted', 'delivered'] }), received()]
]

for (const [what, kind, inRows, atPortal] of DAMAGE) {
  t.test(`${what} is told as ${kind}`, async t => {
    const verdict = judge(accepted, inRows, atPortal)
    t.equal(verdict[kind].length, 1)
    t.match(verdict[kind][0], /^H-1: /)
    t.notOk(isClean(verdict))
  })
}

t.test('a step that came twice and is marked as a possible duplicate is counted, and clean', async t => {
  const twice = received({ steps: [step(1), step(2), step(1, 2), step(2, 2), step(3)] })
  const verdict = judge(accepted, rows({ possibleDuplicates: 2 }), twice)
  t.ok(isClean(verdict))
  t.equal(together([verdict, verdict]).duplicatedSteps, 4)
  t.notOk(isClean(judge(accepted, rows({ possibleDuplicates: 1 }), twice)), 'each repetition needs its mark')
})
