/** The portal's wire, generation A: envelope, headers, addresses (contract §1.1 to §1.4). */
import type { PassedAnswer, PassedQuestion } from '../../../src/adapter-kit/contract/accept.js'
import { DONE } from '../../../src/adapter-kit/failure.js'
import { createHttpClient, type HttpAnswer, type HttpRequest } from '../../../src/adapter-kit/http.js'
import { interpretAnswer, interpretLookup } from '../answer.js'
import { interpretLogin, type Login } from '../answer/login.js'
import { catalogueRead, interpretCatalogue } from '../catalogue.js'
import { interpretPassed, isWrite, silent, type Passed } from '../passing.js'
import { createSessionKeeper, withSession } from '../session.js'
import { answerRules, textSetting, wholeSetting } from '../settings.js'
import { address, queryText } from './address.js'
import { inOneMessage, itemsOf, serviceOf } from './calls.js'
import { asking, lookedUp, type LookedUp } from './lookup.js'
import type { OpenOptions, Settings } from '../../../src/adapter-kit/contract/open.js'
import type { Outcome } from '../../../src/adapter-kit/contract/outcome.js'
import type { Pulled, PullQuestion } from '../../../src/adapter-kit/contract/poll.js'
import type { CallContext, CallMode, DeliverClient, PlannedCall, WireRequest } from '../../../src/adapter-kit/contract/deliver.js'

/** Stands for the session wherever a request is shown. */
const SHOWN_SESSION = '«session»'

export function createClientA (options: OpenOptions): DeliverClient {
  const { settings, now } = options
  const rules = answerRules(settings)
  const http = createHttpClient(options)
  const sessions = createSessionKeeper({ login, maxAgeMs: wholeSetting(settings, 'SESSION_MAX_AGE_SECONDS') * 1000, now })

  async function post ({ url, headers, body }: WireRequest, waiting: Pick<HttpRequest, 'signal' | 'sending'>): Promise<HttpAnswer> {
    return await http.request({ method: 'POST', url: new URL(url), headers, body: JSON.stringify(body), ...waiting })
  }

  /** Without anybody's signal: parallel calls share it, and none of them may take it from the others. */
  async function login (): Promise<Login> {
    return interpretLogin(await post(loginRequest(settings), {}), rules, now())
  }

  async function send (call: PlannedCall, { mode, signal, sending }: CallContext): Promise<Outcome> {
    const question = { upsert: serviceOf(call).upsert, mode, items: itemsOf(call), rules }
    return await withSession(sessions, signal, async session => {
      const request = writeRequest(settings, call, { mode, session })
      return interpretAnswer(await post(request, { signal, sending }), { ...question, now: now() })
    })
  }

  /** A strange answer or a lost session is not "no": reading it so makes duplicates (pitfall 2). */
  async function lookUp (dossierCode: string, signal: AbortSignal): Promise<LookedUp> {
    let answer: HttpAnswer | undefined
    const outcome = await withSession(sessions, signal, async session => {
      answer = await post(lookupRequest(settings, dossierCode, session), { signal })
      return interpretLookup(answer, { rules, now: now() })
    })
    return lookedUp(outcome, answer)
  }

  async function test (signal: AbortSignal): Promise<Outcome> {
    const taken = await sessions.renew(signal)
    return 'outcome' in taken ? taken.outcome : { ...DONE, rule: 'login.session' }
  }

  async function pull (question: PullQuestion, signal: AbortSignal): Promise<Pulled> {
    let pulled: Pulled | undefined
    const outcome = await withSession(sessions, signal, async session => {
      pulled = interpretCatalogue(await post(catalogueRequest(settings, question, session), { signal }), question, { rules, now: now() })
      return 'items' in pulled ? { ...DONE, rule: 'portal.catalogue' } : pulled.outcome
    })
    return outcome.verdict === 'done' && pulled !== undefined ? pulled : { outcome }
  }

  async function pass (question: PassedQuestion, signal: AbortSignal): Promise<PassedAnswer> {
    let passed: Passed | undefined
    const outcome = await withSession(sessions, signal, async session => {
      passed = interpretPassed(await post(passedRequest(settings, question, session), { signal }), { rules, now: now() })
      return passed.outcome
    })
    // Without an answer, or with that of a session that could not be renewed, the portal has said nothing.
    return (passed?.outcome === outcome ? passed : silent(outcome)).answer
  }

  const describe = (call: PlannedCall, mode: CallMode): WireRequest =>
    writeRequest(settings, call, { mode, session: SHOWN_SESSION })

  return { describe, send, sendBatch: inOneMessage(send), ...asking(lookUp), test, pull, pass, close: http.close }
}

function loginRequest (settings: Settings): WireRequest {
  return request(settings, 'LOGIN_PATH', {
    username: textSetting(settings, 'USERNAME'),
    password: textSetting(settings, 'PASSWORD')
  })
}

function writeRequest (settings: Settings, call: PlannedCall, { mode, session }: { mode: CallMode, session: string }): WireRequest {
  const { name, upsert, more } = serviceOf(call)
  return request(settings, 'WRITE_PATH', {
    session,
    madonvi: textSetting(settings, 'UNIT_CODE'),
    service: name,
    // Strings with a capital letter, on this service alone (§1.4, pitfall 1).
    ...(upsert ? { isUpdating: mode === 'update' ? 'True' : 'False' } : {}),
    ...more,
    data: call.message
  })
}

function lookupRequest (settings: Settings, dossierCode: string, session: string): WireRequest {
  return request(settings, 'READ_PATH', {
    session,
    madonvi: textSetting(settings, 'UNIT_CODE'),
    service: 'TraCuuHoSo',
    // Lower case, unlike the MaHoSo of writes (§1.4, pitfall 34).
    mahoso: dossierCode
  })
}

function catalogueRequest (settings: Settings, question: PullQuestion, session: string): WireRequest {
  const unit = textSetting(settings, 'UNIT_CODE')
  const { service, parameters } = catalogueRead(question, unit)
  return request(settings, 'READ_PATH', { session, madonvi: unit, service, ...parameters })
}

/** Session and unit are ours, whatever the question brings. */
function passedRequest (settings: Settings, question: PassedQuestion, session: string): WireRequest {
  const own = { session, madonvi: textSetting(settings, 'UNIT_CODE'), service: question.service }
  return request(settings, isWrite(question) ? 'WRITE_PATH' : 'READ_PATH', { ...own, ...question.members, ...own })
}

function request (settings: Settings, pathSetting: string, body: Record<string, unknown>): WireRequest {
  const dstcode = textSetting(settings, 'DSTCODE')
  const place = textSetting(settings, 'DSTCODE_IN')
  return {
    method: 'POST',
    url: address(
      { base: textSetting(settings, 'BASE_URL'), path: textSetting(settings, pathSetting) },
      place === 'header' ? '' : `dstcode=${queryText(dstcode)}`
    ),
    headers: {
      Accept: 'application/json',
      'Content-Type': 'application/json',
      Charset: 'utf-8',
      ...(place === 'query' ? {} : { dstcode })
    },
    body
  }
}
