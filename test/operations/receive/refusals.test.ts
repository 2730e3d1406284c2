import t from 'tap'
import { createRefusalGate } from '../../../src/operations/receive/refusals.js'

t.test('so many of a kind a minute are written down, and the next one that is tells how many were not', async t => {
  let now = 0
  const gate = createRefusalGate(() => now)
  const admitted = (kind: string, times: number): Array<number | undefined> => Array.from({ length: times }, () => gate.admit(kind, 20))
  t.strictSame(admitted('wrong-key', 25).filter(leftOut => leftOut === 0).length, 20)
  t.equal(gate.admit('conflict', 20), 0, 'another kind has its own')
  now = 59_999
  t.equal(gate.admit('wrong-key', 20), undefined)
  now = 60_000
  t.strictSame(admitted('wrong-key', 2), [6, 0])
})
