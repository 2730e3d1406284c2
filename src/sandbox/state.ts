/** All state of one sandbox, and what the portal does with one call when no fault is in the way. */
import { SESSION_EXPIRED, answerTo, callRefused } from './answers.js'
import type { SandboxOutcome, SandboxAnswer } from './answers.js'
import type { Call } from './call.js'
import { createShelf, type Shelf } from './catalogue-control.js'
import type { Clock } from './clock.js'
import { createConnectorStore, type ConnectorStore } from './connector-store.js'
import { createFaults } from './faults.js'
import type { Faults } from './faults.js'
import { AGENCY_CODE } from './field-rules.js'
import { createRequestLog } from './request-log.js'
import type { LogCaps, LogEntry, RequestLog, Said } from './request-log.js'
import { SERVICES } from './services/table.js'
import { createSessions } from './sessions.js'
import type { SandboxSessions } from './sessions.js'
import { createSettings } from './settings.js'
import type { SandboxSettings, SettingsHolder } from './settings.js'
import { createStore } from './store.js'
import type { Counts, Store } from './store.js'

export interface SandboxState {
  now: Clock
  settings: SettingsHolder
  sessions: SandboxSessions
  store: Store
  log: RequestLog
  faults: Faults
  shelf: Shelf
  /** Generation C. */
  connector: ConnectorStore
}

export interface SandboxStateOptions extends LogCaps {
  now: Clock
  settings: Partial<SandboxSettings>
}

export function createState ({ now, settings: start, ...caps }: SandboxStateOptions): SandboxState {
  const settings = createSettings(start)
  return {
    now,
    settings,
    sessions: createSessions(settings.current, now),
    store: createStore(),
    log: createRequestLog(caps, now),
    faults: createFaults(),
    shelf: createShelf(),
    connector: createConnectorStore()
  }
}

export function resetState (state: SandboxState): void {
  state.settings.reset()
  state.shelf.reset()
  for (const part of [state.sessions, state.connector, state.store, state.log, state.faults]) part.clear()
}

export function summary ({ store, log }: SandboxState): Counts & Record<'dossiers' | 'requests' | 'droppedRequests', number> {
  return { dossiers: store.size(), ...store.counts(), requests: log.total(), droppedRequests: log.dropped() }
}

/** Does the work of a call and notes what came of it. */
export function work (state: SandboxState, entry: LogEntry): SandboxAnswer {
  const { call } = entry
  const outcome = call.path === 'login' ? login(state, call) : gate(state, call) ?? serve(state, entry)
  const answer = answerTo(call, outcome, state.settings.current())
  entry.done = said(answer)
  return answer
}

export function said ({ status, errorCode, message }: SandboxAnswer): Said {
  return { status, ...(errorCode !== undefined && { error_code: errorCode }), ...(message !== undefined && { message }) }
}

function login ({ settings, sessions, store }: SandboxState, { envelope }: Call): SandboxOutcome {
  const known = settings.current().accounts.some(account =>
    account.username === envelope?.['username'] && account.password === envelope['password'])
  if (!known) return callRefused('Sai tên đăng nhập hoặc mật khẩu')
  store.countLogin()
  return { code: 0, codeAs: 'number', message: '', session: sessions.issue() }
}

/** What is wrong with the call before a service sees it. How the bus itself refuses is *inferred*. */
function gate (state: SandboxState, call: Call): SandboxOutcome | undefined {
  return call.path === 'wrapper' ? wrapperGate(state, call) : busGate(state, call)
}

/** The wrapper owns the session; a client that names its unit must name it rightly, and not every one does. */
function wrapperGate ({ settings }: SandboxState, { envelope, token }: Call): SandboxOutcome | undefined {
  const { wrapperToken } = settings.current()
  if (wrapperToken !== '' && token !== wrapperToken) return callRefused('Thiếu hoặc sai mã truy cập (Authorization: Bearer …)', 401)
  const agency = envelope?.['madonvi']
  return agency === undefined || isAgency(agency) ? undefined : callRefused(`MaDinhDanhDV ${AGENCY_CODE.hint}`)
}

function busGate ({ sessions }: SandboxState, { envelope, dstcode, session }: Call): SandboxOutcome | undefined {
  if (dstcode === undefined || dstcode === '') return callRefused('Thiếu dstcode (header hoặc tham số truy vấn)', 400)
  if (envelope === undefined) return callRefused('Nội dung gửi lên không phải là một đối tượng JSON', 400)
  if (session === undefined || !sessions.use(session)) return callRefused(SESSION_EXPIRED)
  return isAgency(envelope['madonvi']) ? undefined : callRefused(`madonvi ${AGENCY_CODE.hint}`)
}

function isAgency (code: unknown): boolean {
  return typeof code === 'string' && AGENCY_CODE.shape?.test(code) === true
}

function serve ({ store, settings, shelf }: SandboxState, { n, at, call }: LogEntry): SandboxOutcome {
  const service = SERVICES.get(call.service ?? '')
  if (service === undefined) {
    // An unknown service is an unknown address in generation B.
    return callRefused(`Dịch vụ ${call.service ?? '(trống)'} không có trong sandbox`, call.path === 'wrapper' ? 404 : 200)
  }
  const source = { at, request: n, body: call.body }
  return service(call.envelope ?? {}, { store, shelf, settings: settings.current(), source, service: call.service ?? '' })
}
