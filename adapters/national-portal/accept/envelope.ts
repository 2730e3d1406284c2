/**
 * A request of a provincial system, read the same way for both generations: A has one envelope (contract §1.4), B the
 * service in the address, its parameters in the query and the bare `data` as body (§1.4, §1.7). Pure.
 */
import type { AcceptRequest } from '../../../src/adapter-kit/contract/accept.js'
import { isRecord } from '../../../src/model/json.js'

export interface Envelope {
  service: string
  session?: string
  unit?: string
  isUpdating: unknown
  data: unknown
  /** What else it says: parameters of reads, `type`. */
  members: Readonly<Record<string, unknown>>
}

/** Undefined for a body of generation A that is no JSON object. */
export function envelopeOf ({ form, values, body }: AcceptRequest): Envelope | undefined {
  if (form === 'b') return wrapped(values, body)
  return isRecord(body) ? enveloped(body) : undefined
}

function enveloped ({ session, madonvi, service, isUpdating, data, ...members }: Record<string, unknown>): Envelope {
  return {
    service: typeof service === 'string' ? service : '',
    ...(typeof session === 'string' ? { session } : {}),
    ...unitOf(madonvi),
    isUpdating,
    data,
    members
  }
}

/** `dstcode` belongs to the bus, which some clients tell in the query (§1.1). */
function wrapped ({ service = '', MaDinhDanhDV: unit, isUpdating, dstcode: _, ...members }: Readonly<Record<string, string>>, data: unknown): Envelope {
  return { service, ...unitOf(unit), isUpdating, data, members }
}

function unitOf (unit: unknown): { unit?: string } {
  return typeof unit === 'string' && unit !== '' ? { unit } : {}
}

/** Texts with a capital letter, on one service alone (§1.4, pitfall 1); a boolean means as much. */
export function modeOf (isUpdating: unknown): 'create' | 'update' | 'either' {
  const word = typeof isUpdating === 'string' || typeof isUpdating === 'boolean' ? String(isUpdating).toLowerCase() : ''
  if (word === 'true') return 'update'
  return word === 'false' ? 'create' : 'either'
}
