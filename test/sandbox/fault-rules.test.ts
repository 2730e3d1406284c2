import t from 'tap'
import type { FaultMatch, FaultRule } from '../../src/sandbox/fault-rules.js'
import { ruleProblem } from '../../src/sandbox/fault-rules.js'
import { createFaults, draw, matches } from '../../src/sandbox/faults.js'
import type { Matched } from '../../src/sandbox/faults.js'

const CALL: Matched = { path: 'data', service: 'DongBoHoSoMC', codes: ['A-1', 'A-2'], isUpdating: 'True' }

/** The ids of the rules that strike in `calls` equal calls; `-` where none does. */
function strikes (rules: FaultRule[], calls: number): string {
  const faults = createFaults()
  rules.forEach(rule => faults.add(rule))
  return Array.from({ length: calls }, () => faults.strike(CALL)?.id ?? '-').join(' ')
}

t.test('a rule matches on every member that it names', async t => {
  const cases: Array<[FaultMatch, boolean]> = [
    [{}, true],
    [{ path: 'data' }, true],
    [{ path: 'login' }, false],
    [{ service: 'DongBoHoSoMC' }, true],
    [{ service: 'TraCuuHoSo' }, false],
    [{ dossierCode: 'A-2' }, true],
    [{ dossierCode: 'A' }, false],
    [{ codePattern: '^A-\\d$' }, true],
    [{ codePattern: '^B' }, false],
    [{ isUpdating: 'True' }, true],
    [{ isUpdating: 'False' }, false],
    [{ service: 'DongBoHoSoMC', isUpdating: 'False' }, false]
  ]
  for (const [match, expected] of cases) t.equal(matches(match, CALL), expected, JSON.stringify(match))
})

t.test('times and skip bound when a rule strikes', async t => {
  t.equal(strikes([{ kind: 'reset' }], 3), 'f1 f1 f1')
  t.equal(strikes([{ kind: 'reset', times: 2 }], 3), 'f1 f1 -')
  t.equal(strikes([{ kind: 'reset', skip: 1 }], 3), '- f1 f1')
  t.equal(strikes([{ kind: 'reset', skip: 1, times: 1 }], 4), '- f1 - -')
})

t.test('the first rule that strikes wins, and a later one takes over when it is used up', async t => {
  t.equal(strikes([{ kind: 'reset', times: 1 }, { kind: 'empty', times: 1 }], 3), 'f1 f2 -')
  t.equal(strikes([{ kind: 'reset', match: { service: 'X' } }, { kind: 'empty' }], 1), 'f2')
})

t.test('probability follows its seed alone', async t => {
  const rule = { kind: 'reset', probability: 0.3, seed: 7 } as const
  t.equal(strikes([rule], 50), strikes([rule], 50))
  t.not(strikes([rule], 50), strikes([{ ...rule, seed: 8 }], 50))
  const hits = strikes([rule], 2000).split(' ').filter(id => id === 'f1').length
  t.ok(hits > 500 && hits < 700, `${hits} of 2000`)
  t.equal(strikes([{ ...rule, probability: 0 }], 3), '- - -')
  t.equal(strikes([{ ...rule, probability: 1 }], 3), 'f1 f1 f1')
})

t.test('the generator stays within 0 and 1', async t => {
  let random = 0
  for (let turn = 0; turn < 1000; turn++) {
    const drawn = draw(random)
    random = drawn.random
    if (drawn.value < 0 || drawn.value >= 1) t.fail(String(drawn.value))
  }
})

t.test('an option that the kind ignores is refused', async t => {
  t.match(ruleProblem({ kind: 'reset', delayMs: 5 }), /reset takes no "delayMs"; it takes: done/)
  t.match(ruleProblem({ kind: 'duplicate', done: true }), /no option/)
  t.match(ruleProblem({ kind: 'reset', match: { codePattern: '(' } }), /codePattern/)
  t.equal(ruleProblem({ kind: 'slow', delayMs: 5, done: true, match: { codePattern: '^A' } }), undefined)
})

t.test('a removed rule strikes no more', async t => {
  const faults = createFaults()
  const { id } = faults.add({ kind: 'reset' })
  t.equal(faults.remove(id), true)
  t.equal(faults.remove(id), false)
  t.equal(faults.strike(CALL), undefined)
})
