// What is stored with a delivery that was not delivered, and shown as `lastFailure`.
import t from 'tap'
import { describeFailure } from '../../../src/operations/deliver/describe.js'
import type { Outcome } from '../../../src/adapter-kit/contract/outcome.js'

const AT = new Date('2026-11-04T02:00:00.900Z')
const OUTCOME: Outcome = { verdict: 'refused', rule: 'portal.3', code: 'unknown-procedure', words: 'Mã thủ tục không tồn tại' }

t.test('a refusal is stored with the partner\'s words, the rule that decided, and a cure in both languages', async t => {
  const stored = describeFailure(
    { state: 'refused', kind: 'refused' },
    { ...OUTCOME, operation: 'dossier', cure: { vi: 'Sửa mã.', en: 'Mend the code.' }, answer: { status: 200, headers: {}, excerpt: '{}' } },
    { adapter: 'national-portal', at: AT }
  )
  t.match(stored, {
    failureKind: 'refused',
    failureCode: 'unknown-procedure',
    failure: { operation: 'dossier', rule: 'portal.3', words: 'Mã thủ tục không tồn tại', status: 200, message: 'Bên nhận từ chối', messageEn: 'The partner refused', cure: 'Sửa mã.', cureEn: 'Mend the code.', at: '2026-11-04T09:00:00+07:00' }
  })
})

t.test('what is not known is stored as null, never left out', async t => {
  const { failure } = describeFailure({ state: 'retrying' }, { verdict: 'transient', rule: 'network.ECONNREFUSED', code: 'unreachable', words: '' }, { adapter: 'national-portal', at: AT })
  t.match(failure, { operation: null, status: null, words: '' })
})

t.test('a wait without a kind is a passing failure', async t => {
  t.equal(describeFailure({ state: 'retrying' }, OUTCOME, { adapter: 'national-portal', at: AT }).failureKind, 'transient')
  t.equal(describeFailure({ state: 'failed', kind: 'mapping' }, OUTCOME, { adapter: 'national-portal', at: AT }).failureKind, 'mapping')
})

t.test('the answer itself is not copied: it stays with the exchange', async t => {
  const stored = describeFailure({ state: 'refused', kind: 'refused' }, { ...OUTCOME, answer: { status: 400, headers: { via: 'x' }, excerpt: 'Y Thử Niê' } }, { adapter: 'national-portal', at: AT })
  t.notMatch(JSON.stringify(stored), 'Y Thử Niê')
})
