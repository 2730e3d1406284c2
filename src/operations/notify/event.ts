/** Facts of the audit log → events; events → what is told. Pure. */
import { toHanoi } from '../../model/dates.js'
import type { EventRow, Fact, NewEvent } from './events.sql.js'
import type { Notification } from '../../adapter-kit/contract/notify.js'

/** Ends of a dossier's delivery that a portal is told of. */
const DELIVERY_EVENTS: Readonly<Record<string, string>> = {
  'delivery.delivered': 'dossier.delivered',
  'delivery.refused': 'dossier.refused',
  'delivery.failed': 'dossier.failed',
  'delivery.held': 'dossier.held'
}

/** A test that an endpoint's owner asked for. */
const TEST_EVENT = 'endpoint.test'

const EVENT_TYPE = /^[a-z][a-z-]*(\.[a-z][a-z-]*)+$/

export type EventDraft = Omit<NewEvent, 'id'>

/**
 * Undefined: nothing that a portal is told of. What became of a notification is no event, or there would be no end of
 * them. An accepted message that names no type is none either: the sequencer must not stand still for it.
 */
export function eventOf (fact: Fact): EventDraft | undefined {
  const base = { auditId: fact.id, occurredAt: fact.at, dossierCode: fact.dossier_code, agency: null, endpointId: null }
  const type = DELIVERY_EVENTS[fact.action]
  if (type !== undefined) return fact.of_notification ? undefined : { ...base, type, data: deliveryData(fact) }
  if (fact.action === 'inbound.accepted') return inboundEvent(base, fact)
  if (fact.action !== 'endpoint.tested') return undefined
  return { ...base, type: TEST_EVENT, endpointId: String(fact.details['endpoint']), data: {} }
}

function deliveryData ({ dossier_code: code, delivery_id: id, adapter, details }: Fact): Record<string, unknown> {
  const failure = details['code']
  return {
    dossierCode: code,
    revision: details['revision'],
    adapter,
    deliveryId: id,
    ...(typeof failure === 'string' && failure !== '' ? { failureCode: failure } : {}),
    links: { dossier: `/v1/dossiers/${String(code)}`, delivery: `/v1/deliveries/${String(id)}` }
  }
}

function inboundEvent (base: Omit<EventDraft, 'type' | 'data'>, { dossier_code: code, adapter, details }: Fact): EventDraft | undefined {
  const { event, inbound, facts } = details
  if (typeof event !== 'string' || !EVENT_TYPE.test(event)) return undefined
  const told = typeof facts === 'object' && facts !== null ? facts as Record<string, unknown> : {}
  const agency = typeof told['agencyCode'] === 'string' ? told['agencyCode'] : null
  return { ...base, agency, type: event, data: { ...told, dossierCode: code, adapter, inbound: String(inbound) } }
}

/** The same in the feed and at an endpoint. */
export function notificationOf ({ public_id: id, type, occurred_at: at, data }: EventRow): Notification {
  return { id, type, timestamp: toHanoi(at), data }
}
