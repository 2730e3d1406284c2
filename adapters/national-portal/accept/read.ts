/** What a request of a provincial system asks for. Pure. */
import type { AcceptCall, AcceptContext, AcceptedItem, AcceptReading, AcceptRefusal, AcceptRequest, PassedQuestion } from '../../../src/adapter-kit/contract/accept.js'
import { agencySegments } from '../../../src/model/codes.js'
import { raise } from '../../../src/model/findings.js'
import { isRecord } from '../../../src/model/json.js'
import { present } from '../../../src/model/present.js'
import { textSetting } from '../settings.js'
import { envelopeOf, modeOf, type Envelope } from './envelope.js'
import { acceptedDossier, acceptedStep, type DossierContext } from './items.js'
import { ACCEPT_KINDS } from './kinds.js'
import { knownRefusal } from './refusals.js'
import { SERVICES, storedLists, type AcceptedService } from './services.js'

export function read (request: AcceptRequest, context: AcceptContext): AcceptReading {
  if (request.form === 'login') return { service: 'login', call: () => login(request.body) }
  const envelope = envelopeOf(request)
  if (envelope === undefined) return { service: '', call: () => unreadable('', 'phong bì phải là một đối tượng JSON') }
  const { service, session, unit } = envelope
  return {
    service,
    ...present({ session, unit }),
    call: () => callOf(envelope, context)
  }
}

function login (body: unknown): AcceptCall {
  const { username, password } = isRecord(body) ? body : {}
  if (typeof username === 'string' && typeof password === 'string') return { kind: 'login', username, password }
  return unreadable('', 'username và password phải là chuỗi')
}

function unreadable (pointer: string, message: string): { kind: 'refused', refusal: AcceptRefusal } {
  return { kind: 'refused', refusal: { why: 'unreadable', problems: [{ pointer, code: 'unreadable', message }] } }
}

function callOf (envelope: Envelope, context: AcceptContext): AcceptCall {
  const service = SERVICES.get(envelope.service)
  switch (service?.does) {
    case undefined: return { kind: 'refused', refusal: { why: 'service' } }
    case 'dossiers': return written(envelope, items => dossiers(envelope, items, context))
    case 'steps': return written(envelope, items => ({ kind: 'steps', items: items.map(item => acceptedStep(item, context)) }))
    case 'exists': return exists(envelope)
    case 'rows': return rows(envelope, service, context)
    case 'pass': return { kind: 'pass', question: passed(envelope, service.adds) }
  }
}

function written ({ service, data }: Envelope, read: (items: readonly unknown[]) => AcceptCall): AcceptCall {
  if (!Array.isArray(data) || data.length === 0) return unreadable('/data', 'phải là một mảng có ít nhất một phần tử')
  const refusal = knownRefusal(service, data)
  return refusal === undefined ? read(data) : { kind: 'refused', refusal }
}

function dossiers (envelope: Envelope, data: readonly unknown[], context: AcceptContext): AcceptCall {
  const mode = modeOf(envelope.isUpdating)
  const items = data.map(item => acceptedDossier(item, dossierContext(envelope, context)))
  return { kind: 'dossiers', mode, items: mode === 'either' ? items.map(withUnclearMode) : items }
}

function withUnclearMode (item: AcceptedItem): AcceptedItem {
  return { ...item, findings: [...item.findings, raise(ACCEPT_KINDS.modeUnclear, [])] }
}

function dossierContext ({ unit }: Envelope, { settings, codes }: AcceptContext): DossierContext {
  const known = unit !== undefined && agencySegments(unit) !== undefined
  return { codes, unit: known ? unit : textSetting(settings, 'UNIT_CODE') }
}

/** In lower case, unlike the MaHoSo of writes (§2.3, pitfall 34). */
function exists ({ members: { mahoso: code } }: Envelope): AcceptCall {
  return typeof code === 'string' && code !== '' ? { kind: 'exists', code } : unreadable('/mahoso', 'bắt buộc phải có')
}

/** Without the parameter that it takes it is for the portal to say what is wrong. */
function rows (envelope: Envelope, { list, parameter, unitParameter }: AcceptedService & { does: 'rows' }, { settings }: AcceptContext): AcceptCall {
  const question = passed(envelope)
  const value = envelope.members[parameter ?? unitParameter ?? '']
  if ((parameter ?? unitParameter) === undefined) return { kind: 'rows', lists: [list], question }
  if (typeof value !== 'string' || value === '') return { kind: 'pass', question }
  if (parameter !== undefined) return { kind: 'rows', lists: [list], key: value, question }
  return { kind: 'rows', lists: storedLists(list, { asked: value, own: textSetting(settings, 'UNIT_CODE') }), question }
}

function passed ({ service, data, members }: Envelope, adds: Readonly<Record<string, string>> = {}): PassedQuestion {
  return { service, members: { ...adds, ...members, ...present({ data: data ?? undefined }) } }
}
