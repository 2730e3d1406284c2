import fc from 'fast-check'
import t from 'tap'
import { validVersions } from '../../../src/operations/notify/versions.js'

const UNTIL = new Date('2026-11-04T09:00:00+07:00')
const at = (ms: number): Date => new Date(UNTIL.getTime() + ms)

t.test('Old secret still valid for ever, or valid 0 s: the overlap ends exactly when it was said to', async t => {
  const rotated = { version: 3, previousVersion: 2, previousUntil: UNTIL }
  t.strictSame(validVersions(rotated, at(-1)), [3, 2], 'a millisecond before, both')
  t.strictSame(validVersions(rotated, at(0)), [3], 'at that instant, the new one alone')
  t.strictSame(validVersions({ version: 3, previousVersion: null, previousUntil: null }, at(-1)), [3], 'without overlap the old one is out at once')
})

t.test('whatever the time, the newest version signs first and never a third', async () => {
  fc.assert(fc.property(fc.integer({ min: 2 }), fc.integer({ min: -1e9, max: 1e9 }), (version, ms) => {
    const valid = validVersions({ version, previousVersion: version - 1, previousUntil: UNTIL }, at(ms))
    return valid[0] === version && valid.length === (ms < 0 ? 2 : 1)
  }))
})
