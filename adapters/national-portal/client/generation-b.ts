/**
 * The portal's wire, generation B: a wrapper of the province's LGSP with one address per service and bare arrays; the
 * wrapper owns the session (contract §1.4, §1.5, §1.7). Two shapes are known, and the settings' paths hold both: three
 * addresses (create, update, progress), or one that takes `isUpdating` and `MaDinhDanhDV` as query parameters.
 */
import type { PassedQuestion } from '../../../src/adapter-kit/contract/accept.js'
import { createHttpClient, type HttpAnswer } from '../../../src/adapter-kit/http.js'
import { interpretAnswer, interpretLookup, interpretProbe, SESSION_CODE } from '../answer.js'
import { NO_LOOKUP } from '../answer/refusals.js'
import { catalogueRead, interpretCatalogue } from '../catalogue.js'
import { interpretPassed } from '../passing.js'
import { answerRules, textSetting } from '../settings.js'
import { address, filled } from './address.js'
import { inOneMessage, itemsOf, serviceOf } from './calls.js'
import { asking, lookedUp, type LookedUp } from './lookup.js'
import type { OpenOptions, Settings } from '../../../src/adapter-kit/contract/open.js'
import type { Outcome } from '../../../src/adapter-kit/contract/outcome.js'
import type { PullQuestion } from '../../../src/adapter-kit/contract/poll.js'
import type { CallContext, CallMode, DeliverClient, PlannedCall, WireRequest } from '../../../src/adapter-kit/contract/deliver.js'

/** Stands for the token wherever a request is shown. */
const SHOWN_TOKEN = '«token»'

type PathSetting = 'CREATE_PATH' | 'UPDATE_PATH' | 'PROGRESS_PATH' | 'STATUS_PATH' | 'LOOKUP_PATH' | 'PROBE_PATH' | 'CATALOGUE_PATH'

export function createClientB (options: OpenOptions): DeliverClient {
  const { settings, now } = options
  const rules = answerRules(settings)
  const http = createHttpClient(options)
  const token = settings.AUTHORIZATION === 'bearer' ? textSetting(settings, 'TOKEN') : undefined

  async function read (url: string, signal: AbortSignal): Promise<HttpAnswer> {
    // Which method the wrappers' reads want is inferred: everything they take stands in the address (§1.7).
    const method = settings.READ_METHOD === 'post' ? 'POST' : 'GET'
    return await http.request({ method, url: new URL(url), headers: headers(token), signal })
  }

  async function send (call: PlannedCall, { mode, signal, sending }: CallContext): Promise<Outcome> {
    const { url, headers, body } = writeRequest(settings, call, { mode, token })
    const answer = await http.request({ method: 'POST', url: new URL(url), headers, body: JSON.stringify(body), signal, sending })
    const outcome = aboutToken(interpretAnswer(answer, { upsert: serviceOf(call).upsert, mode, items: itemsOf(call), rules, now: now() }))
    // The kernel would ask whether that is true, for a week and for nothing.
    return outcome.verdict === 'missing' && settings.LOOKUP_PATH === undefined ? { ...outcome, verdict: 'refused', cure: NO_LOOKUP } : outcome
  }

  async function lookUp (dossierCode: string, signal: AbortSignal): Promise<LookedUp> {
    // Not every wrapper offers it, and without the question there is no answer: never "no" (pitfall 2).
    if (settings.LOOKUP_PATH === undefined) throw new Error('LOOKUP_PATH is not set: the wrapper cannot be asked')
    const answer = await read(place(settings, 'LOOKUP_PATH', { code: dossierCode }), signal)
    return lookedUp(interpretLookup(answer, { rules, now: now() }), answer)
  }

  async function ask (question: PassedQuestion, signal: AbortSignal): Promise<HttpAnswer> {
    const { data, ...parameters } = question.members
    const url = servicePlace(settings, question.service, texts(parameters))
    if (data === undefined) return await read(url, signal)
    return await http.request({ method: 'POST', url: new URL(url), headers: { ...headers(token), 'Content-Type': 'application/json' }, body: JSON.stringify(data), signal })
  }

  return {
    describe: (call, mode) => writeRequest(settings, call, { mode, token: token === undefined ? undefined : SHOWN_TOKEN }),
    send,
    sendBatch: inOneMessage(send),
    ...asking(lookUp),
    test: async signal => aboutToken(interpretProbe(await read(place(settings, 'PROBE_PATH'), signal), { rules, now: now() })),
    pull: async (question, signal) =>
      interpretCatalogue(await read(cataloguePlace(settings, question), signal), question, { rules, now: now() }),
    pass: async (question, signal) => interpretPassed(await ask(question, signal), { rules, now: now() }).answer,
    close: http.close
  }
}

/** There is no session of ours here: what speaks of one is about the token, the lack of one, or the wrapper's own session. */
function aboutToken (outcome: Outcome): Outcome {
  return outcome.code === SESSION_CODE ? { ...outcome, code: 'token-not-accepted' } : outcome
}

function writeRequest (settings: Settings, call: PlannedCall, { mode, token }: { mode: CallMode, token: string | undefined }): WireRequest {
  return {
    method: 'POST',
    url: place(settings, pathOf(call, mode)),
    headers: { ...headers(token), 'Content-Type': 'application/json', Charset: 'utf-8' },
    body: call.message
  }
}

function pathOf (call: PlannedCall, mode: CallMode): PathSetting {
  if (!serviceOf(call).upsert) return call.operation === 'status' ? 'STATUS_PATH' : 'PROGRESS_PATH'
  return mode === 'update' ? 'UPDATE_PATH' : 'CREATE_PATH'
}

function place (settings: Settings, path: PathSetting, more: Readonly<Record<string, string>> = {}): string {
  const values = { unit: textSetting(settings, 'UNIT_CODE'), ...more }
  return address({ base: textSetting(settings, 'BASE_URL'), path: filled(textSetting(settings, path), values) })
}

/** The names of the services are those of generation A (§1.7); what one takes stands in the query. */
function cataloguePlace (settings: Settings, question: PullQuestion): string {
  const { service, parameters } = catalogueRead(question, textSetting(settings, 'UNIT_CODE'))
  return servicePlace(settings, service, parameters)
}

function servicePlace (settings: Settings, service: string, parameters: Readonly<Record<string, string>>): string {
  const url = new URL(place(settings, 'CATALOGUE_PATH', { service }))
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url.href
}

function texts (members: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(members).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

function headers (token: string | undefined): Record<string, string> {
  // Progress is answered in plain text (§1.5).
  return { Accept: 'application/json, text/plain', ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }) }
}
