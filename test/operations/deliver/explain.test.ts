// Every end that a person may see has words in both languages: what happened, and what to do.
import t, { type Test } from 'tap'
import { outcomeOfFailure, outcomeOfStatus, type FailureKind } from '../../../src/adapter-kit/failure.js'
import { HttpFailure } from '../../../src/adapter-kit/http.js'
import { explainFailure } from '../../../src/operations/deliver/explain.js'
import type { Decision } from '../../../src/operations/deliver/retry.js'
import type { BilingualText } from '../../../src/model/bilingual.js'

const KINDS: readonly FailureKind[] = ['transient', 'uncertain', 'refused', 'mapping', 'cancelled']
const STATES: ReadonlyArray<Decision['state']> = ['queued', 'retrying', 'refused', 'failed', 'held', 'cancelled']
const VIETNAMESE = /[ăâđêôơưáàảãạéèẻẽẹíìỉĩịóòỏõọúùủũụýỳỷỹỵấầẩẫậắằẳẵặếềểễệốồổỗộớờởỡợứừửữự]/i

function bilingual (t: Test, text: BilingualText, name: string): void {
  t.match(text.vi, VIETNAMESE, `${name}: Vietnamese`)
  t.match(text.en, /^[A-Z][^À-ỹ]{10,}[.]$/, `${name}: English`)
}

t.test('each kind and state has a message and a cure in Vietnamese and English', async t => {
  for (const kind of KINDS) {
    for (const state of STATES) {
      const { message, cure } = explainFailure({ state, kind }, 'unheard-of')
      bilingual(t, message, `${state}/${kind} message`)
      bilingual(t, cure, `${state}/${kind} cure`)
    }
  }
})

t.test('each code that the kernel makes has words of its own', async t => {
  const network = [['ECONNREFUSED', false], ['UND_ERR_CONNECT_TIMEOUT', false], ['TIMEOUT', true], ['ECONNRESET', true], ['ABORTED', true]] as const
  const codes = [
    ...network.map(([code, sent]) => outcomeOfFailure(new HttpFailure(code, { sent })).code),
    ...[429, 302].map(status => String(outcomeOfStatus({ status, headers: {}, text: '' }, 0)?.code)), 'login-refused', 'session-not-accepted', 'mapping-failed', 'adapter-defect'
  ]
  const general = explainFailure({ state: 'retrying', kind: 'transient' }, 'unheard-of').message.vi
  const messages = codes.map(code => {
    const { message, cure } = explainFailure({ state: 'retrying', kind: 'transient' }, code)
    bilingual(t, message, code)
    bilingual(t, cure, code)
    t.not(message.vi, general, code)
    return message.vi
  })
  t.equal(new Set(messages).size, codes.length, 'no two say the same')
})

t.test('a failure of no known kind is explained as a passing one', async t => {
  t.strictSame(explainFailure({ state: 'retrying' }, 'unheard-of'), explainFailure({ state: 'retrying', kind: 'transient' }, 'unheard-of'))
})

t.test('the adapter\'s own cure of a refusal wins over the general one', async t => {
  const cure = { vi: 'Sửa mã thủ tục.', en: 'Mend the procedure code.' }
  const own = explainFailure({ state: 'refused', kind: 'refused' }, 'unknown-procedure', cure)
  t.strictSame(own.cure, cure)
  t.match(own.message.en, 'The partner refused')
  t.match(explainFailure({ state: 'refused', kind: 'refused' }, 'unknown-procedure').cure.en, 'push a new revision')
})

t.test('a held delivery says how to find out, and both ways to go on', async t => {
  const { cure } = explainFailure({ state: 'held', kind: 'uncertain' }, 'timed-out', { vi: 'khác', en: 'other' })
  for (const text of [cure.vi, cure.en]) t.match(text, /"arrived".*"not-arrived"/s)
})

t.test('a used-up budget says which one, what it kept failing of, and asks for a redrive', async t => {
  const failing = explainFailure({ state: 'retrying', kind: 'transient' }, 'unreachable').message
  for (const [exhausted, words] of [['age', 'time for retries'], ['own-failures', 'as often as is allowed']] as const) {
    const { message, cure } = explainFailure({ state: 'failed', kind: 'transient', exhausted }, 'unreachable')
    t.ok(message.en.startsWith(failing.en) && message.en.includes(words), exhausted)
    t.ok(message.vi.startsWith(failing.vi) && message.vi.length > failing.vi.length)
    t.match(cure.en, 'redrive')
    t.match(cure.vi, 'redrive')
  }
})
