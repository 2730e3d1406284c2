/** The adapter's settings in the shape its code wants. Their types were checked against the manifest before. */
import { foldPhrase } from '../../src/model/text.js'
import { normalCode } from './answer/reading.js'
import type { Settings } from '../../src/adapter-kit/contract/open.js'

/** How answers are read. Phrases are folded, codes are normal: they compare by equality and inclusion. */
export interface AnswerRules {
  successCodes: readonly string[]
  successPhrase: string
  successPhraseRequired: boolean
  duplicatePhrases: readonly string[]
  missingPhrases: readonly string[]
  sessionPhrases: readonly string[]
  sessionCodes: readonly string[]
  busyPhrases: readonly string[]
  unclearPhrases: readonly string[]
}

export function answerRules (settings: Settings): AnswerRules {
  const phrases = (name: string): string[] => listSetting(settings, name).map(foldPhrase).filter(phrase => phrase !== '')
  const codes = (name: string): string[] => listSetting(settings, name).map(code => normalCode(code) ?? code)
  return {
    successCodes: codes('SUCCESS_CODES'),
    successPhrase: foldPhrase(textSetting(settings, 'SUCCESS_PHRASE')),
    successPhraseRequired: settings.SUCCESS_PHRASE_REQUIRED === true,
    duplicatePhrases: phrases('DUPLICATE_PHRASES'),
    missingPhrases: phrases('MISSING_PHRASES'),
    sessionPhrases: phrases('SESSION_PHRASES'),
    sessionCodes: codes('SESSION_CODES'),
    busyPhrases: phrases('BUSY_PHRASES'),
    unclearPhrases: phrases('UNCLEAR_PHRASES')
  }
}

export function textSetting (settings: Settings, name: string): string {
  const value = settings[name]
  if (typeof value === 'string') return value
  throw new TypeError(`setting ${name} is no text`)
}

export function wholeSetting (settings: Settings, name: string): number {
  const value = settings[name]
  if (typeof value === 'number') return value
  throw new TypeError(`setting ${name} is no number`)
}

function listSetting (settings: Settings, name: string): readonly string[] {
  const value = settings[name]
  if (typeof value === 'object') return value
  throw new TypeError(`setting ${name} is no list`)
}
