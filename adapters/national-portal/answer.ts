/**
 * What an answer to a write or a lookup means. Pure. Nothing counts as done, there or missing unless the portal said
 * so in a form the contract knows (§1.5); every other answer is a refusal in its own words, or uncertain.
 */
import { DONE, evidence, outcomeOfStatus } from '../../src/adapter-kit/failure.js'
import type { HttpAnswer } from '../../src/adapter-kit/http.js'
import { foldPhrase } from '../../src/model/text.js'
import { affirms, contains, read, unwrapped, words, type Business, type Reading } from './answer/reading.js'
import { ALREADY_THERE, BY_STATUS, PARTLY, refusalKind, UNEXPLAINED, type Refusal } from './answer/refusals.js'
import type { AnswerRules } from './settings.js'
import type { Outcome } from '../../src/adapter-kit/contract/outcome.js'
import type { CallMode } from '../../src/adapter-kit/contract/deliver.js'

export interface Question {
  /** Is this the dossier itself, and not its steps? */
  upsert: boolean
  mode: CallMode
  /** Entries of `data`: the portal has one verdict for all of them. */
  items: number
  rules: AnswerRules
  now: number
}

/** Codes of Gen B wrappers for "not, or not all, accepted" (§1.5). */
const NOT_ALL: readonly string[] = ['3', '-3']

export const SESSION_CODE = 'session-not-accepted'

export function interpretAnswer (answer: HttpAnswer, question: Question): Outcome {
  return byStatus(answer, question.now) ?? { ...judge(read(answer), question), answer: evidence(answer) }
}

/** An answer of TraCuuHoSo: `done` means "there", `missing` means "not there"; anything else does not answer the question (pitfall 2). */
export function interpretLookup (answer: HttpAnswer, { rules, now }: Pick<Question, 'rules' | 'now'>): Outcome {
  return byStatus(answer, now) ?? { ...judgeLookup(read(answer), rules), answer: evidence(answer) }
}

/** An answer to a read that asks nothing of importance: `done` where address and rights are good. */
export function interpretProbe (answer: HttpAnswer, { rules, now }: Pick<Question, 'rules' | 'now'>): Outcome {
  return byStatus(answer, now) ?? judgeProbe(read(answer), rules)
}

/** Why a read gave nothing that can be used, whatever was asked. */
export function refusedRead (reading: Reading, rules: AnswerRules): Outcome {
  if (reading.kind === 'business' && rules.successCodes.includes(reading.code)) return unreadable('no-verdict')
  return judgeLookup(reading, rules)
}

export function byStatus (answer: HttpAnswer, now: number): Outcome | undefined {
  const outcome = outcomeOfStatus(answer, now)
  if (outcome === undefined) return undefined
  // 401 speaks of the session, or of a bus that does not know us, and never of the dossier.
  if (answer.status === 401) return { ...outcome, verdict: 'transient', code: SESSION_CODE }
  return outcome.verdict === 'refused' ? { ...outcome, cure: BY_STATUS } : outcome
}

function judge (reading: Reading, question: Question): Outcome {
  switch (reading.kind) {
    case 'business': return judgeBusiness(reading, question)
    case 'text': return judgeText(reading.message, question)
    default: return unreadable(reading.kind)
  }
}

function unreadable (kind: 'empty' | 'page' | 'no-verdict' | 'text'): Outcome {
  const code = kind === 'empty' ? 'empty-answer' : 'answer-not-understood'
  return { verdict: 'uncertain', rule: `portal.${kind}`, code, words: '' }
}

function judgeBusiness (reading: Business, question: Question): Outcome {
  const { code, message } = innermost(reading, question.rules)
  const outcome = question.rules.successCodes.includes(code)
    ? judgeSuccess(message, question)
    : known(message, question, code) ?? refused(UNEXPLAINED, message)
  return reading.misnamed ? { ...outcome, rule: `${outcome.rule}.misnamed-type` } : outcome
}

/** A wrapper's success may carry the portal's refusal. */
function innermost (reading: Business, rules: AnswerRules): Business {
  return rules.successCodes.includes(reading.code) ? unwrapped(reading) : reading
}

function judgeSuccess (message: string, { rules, upsert, mode }: Question): Outcome {
  if (affirms(message, rules.successPhrase)) return { ...DONE, rule: 'portal.success-code-and-phrase', words: words(message) }
  // Taken at its word a create would be done and its content perhaps ignored; an update of the same state is harmless.
  if (upsert && mode === 'create' && contains(foldPhrase(message), rules.duplicatePhrases)) return exists(message)
  if (!rules.successPhraseRequired) return { ...DONE, rule: 'portal.success-code', words: words(message) }
  return { verdict: 'uncertain', rule: 'portal.success-not-confirmed', code: 'success-not-confirmed', words: words(message) }
}

/** Plain text comes from wrappers (§1.5). A text with no known phrase may follow work that was done. */
function judgeText (message: string, question: Question): Outcome {
  if (affirms(message, question.rules.successPhrase)) return { ...DONE, rule: 'portal.success-text', words: words(message) }
  return known(message, question, '') ?? { ...unreadable('text'), words: words(message) }
}

/** A refusal that is recognised by code or text, in this order: whose fault it is, then what it is. */
function known (message: string, question: Question, code: string): Outcome | undefined {
  const folded = foldPhrase(message)
  return aboutTheConnection(message, question.rules, code) ??
    aboutExistence(message, folded, question) ??
    // One verdict for several steps: some of them may be in (§1.5).
    (question.items > 1 && NOT_ALL.includes(code) ? refused(PARTLY, message) : undefined) ??
    kindOf(message, folded)
}

function aboutTheConnection (message: string, rules: AnswerRules, code: string): Outcome | undefined {
  const folded = foldPhrase(message)
  if (rules.sessionCodes.includes(code) || contains(folded, rules.sessionPhrases)) {
    return { verdict: 'transient', rule: 'portal.session', code: SESSION_CODE, words: words(message) }
  }
  if (contains(folded, rules.unclearPhrases)) {
    return { verdict: 'uncertain', rule: 'portal.timed-out', code: 'portal-timed-out', words: words(message) }
  }
  if (contains(folded, rules.busyPhrases)) {
    return { verdict: 'transient', rule: 'portal.busy', code: 'portal-busy', words: words(message) }
  }
  return undefined
}

function aboutExistence (message: string, folded: string, { rules, upsert, mode }: Question): Outcome | undefined {
  if (contains(folded, rules.duplicatePhrases)) {
    // Steps have no id at the portal (§2.2), so "already there" cannot say which of them is.
    return upsert && mode === 'create' ? exists(message) : refused(ALREADY_THERE, message)
  }
  // "Mã thủ tục … không tồn tại" is about the procedure, not the dossier.
  if (mode === 'update' && contains(folded, rules.missingPhrases) && refusalKind(folded) === undefined) {
    return { verdict: 'missing', rule: 'portal.missing', code: 'dossier-unknown', words: words(message) }
  }
  return undefined
}

function kindOf (message: string, folded: string): Outcome | undefined {
  const kind = refusalKind(folded)
  return kind === undefined ? undefined : refused(kind, message)
}

function exists (message: string): Outcome {
  return { verdict: 'exists', rule: 'portal.duplicate', code: 'already-exists', words: words(message) }
}

function refused ({ code, cure }: Refusal, message: string): Outcome {
  return { verdict: 'refused', rule: `portal.${code}`, code, words: words(message), cure }
}

function judgeLookup (reading: Reading, rules: AnswerRules): Outcome {
  if (reading.kind === 'text') return aboutTheConnection(reading.message, rules, '') ?? unreadable('text')
  if (reading.kind !== 'business') return unreadable(reading.kind)
  const { code, message, body } = innermost(reading, rules)
  if (!rules.successCodes.includes(code)) return aboutTheConnection(message, rules, code) ?? refused(UNEXPLAINED, message)
  if (!Array.isArray(body.result)) return unreadable('no-verdict')
  return body.result.length > 0
    ? { ...DONE, rule: 'portal.found' }
    : { verdict: 'missing', rule: 'portal.not-found', code: 'dossier-unknown', words: '' }
}

function judgeProbe (reading: Reading, rules: AnswerRules): Outcome {
  if (reading.kind !== 'business') return unreadable(reading.kind)
  const { code, message } = innermost(reading, rules)
  if (rules.successCodes.includes(code)) return { ...DONE, rule: 'portal.probe' }
  return aboutTheConnection(message, rules, code) ?? refused(UNEXPLAINED, message)
}
