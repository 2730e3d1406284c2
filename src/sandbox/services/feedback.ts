/** Questions and answers, and the monthly ratings (contract §2.12, §2.13). */
import { isRecord } from '../../model/json.js'
import { found } from '../answers.js'
import type { BodyShape } from '../checks.js'
import { ANSWER_SHAPE, QUESTION_SHAPE, RATING_SHAPE } from '../feedback-rules.js'
import { QUESTIONS } from '../questions.js'
import type { Store } from '../store.js'
import { accepted, badData, readItems } from './messages.js'
import type { SandboxService } from './messages.js'

type Item = Readonly<Record<string, unknown>>

const ANSWERS = 'DongBoKetQuaHoiDapGuiTuDVCQG'
const OWN_QUESTIONS = 'DongBoHoiDap'

/** Takes a list and keeps every item of it. */
function keeping (shape: BodyShape): SandboxService {
  return (envelope, { store, settings, source, service }) => {
    const items = readItems(envelope['data'], shape, settings)
    if (!Array.isArray(items)) return items
    items.forEach(data => store.addNotice({ service, at: source.at, request: source.request, data }))
    return accepted(settings)
  }
}

export const syncQuestions = keeping(QUESTION_SHAPE)
export const syncAnswers = keeping(ANSWER_SHAPE)
export const rateService = keeping(RATING_SHAPE)

/** A question shows as answered once its answer came; the values of TRANGTHAI are *inferred*. */
export const listQuestions: SandboxService = (_envelope, { store }) => found(QUESTIONS.map(question => {
  const answer = newestAnswer(store, question.HOIDAPID)
  return answer === undefined ? question : { ...question, NOIDUNGTRALOI: answer['NOIDUNGTRALOI'], TRALOIID: `TL${question.HOIDAPID}`, TRANGTHAI: '1' }
}))

/** The unit's own questions, as it sent them. */
export const listOwnQuestions: SandboxService = (_envelope, { store }) => found(store.notices(OWN_QUESTIONS).map(({ data }) => {
  const { MaLinhVuc, ...rest } = data
  return { ...EMPTY_ROW, ...rest, MALINHVUC: MaLinhVuc ?? '' }
}))

export const answerOf: SandboxService = ({ cauhoiid }, { store }) => {
  if (typeof cauhoiid !== 'string' || cauhoiid === '') return badData(['cauhoiid bắt buộc phải có'])
  const answer = newestAnswer(store, cauhoiid)
  return found(answer === undefined ? [] : [{ TRALOIID: `TL${cauhoiid}`, NOIDUNGTRALOI: answer['NOIDUNGTRALOI'] }])
}

const EMPTY_ROW = Object.fromEntries(Object.keys(QUESTIONS[0] ?? {}).map(name => [name, '']))

function newestAnswer (store: Store, id: string): Item | undefined {
  return store.notices(ANSWERS).map(({ data }) => data).filter(data => isRecord(data) && data['HOIDAPID'] === id).at(-1)
}
