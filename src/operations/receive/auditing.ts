/** What partners' calls leave in the audit log, beside what `take.ts` writes with the message itself. */
import { createHash } from 'node:crypto'
import { present } from '../../model/present.js'
import type { InboundItem, InboundRequest } from '../../adapter-kit/contract/receive.js'
import { recordAudit, type AuditEntry } from '../../db/audit.js'
import type { Database } from '../../db/open.js'
import type { InboundOperation } from './operations.js'
import type { RefusalGate } from './refusals.js'
import type { StoredMessage } from './store-message.js'

/** Of one kind of refusals in a minute, each process by itself. */
const PER_MINUTE = 20
const PROVEN_PER_MINUTE = 1000

export interface AuditContext {
  db: Database
  gate: RefusalGate
}

interface Incoming {
  operation: InboundOperation
  request: InboundRequest
}

export interface RefusedItem {
  code: string
  /** The partner was known: it does not flood, and what it says of money must not be lost among others. */
  proven?: boolean
  reason?: string
  dossierCode?: string
  facts?: InboundItem['facts']
  inbound?: string
}

/** Size and hash stand for the body, which is not kept. */
export async function auditRefusals ({ db, gate }: AuditContext, { operation, request }: Incoming, refused: readonly RefusedItem[]): Promise<void> {
  const admitted = refused.flatMap(({ proven = false, ...refusal }) => {
    const leftOut = gate.admit([operation.adapter, operation.name, refusal.code].join(' '), proven ? PROVEN_PER_MINUTE : PER_MINUTE)
    return leftOut === undefined ? [] : [{ ...refusal, ...countOf(leftOut) }]
  })
  if (admitted.length === 0) return
  const body = { address: request.address, bytes: request.body.length, sha256: createHash('sha256').update(request.body).digest('hex') }
  await recordAudit(db, admitted.map(({ dossierCode, ...details }) => entryOf(operation, 'inbound.refused', { ...present({ dossierCode }), details: { ...details, ...body } })))
}

/** What of a message was not taken, and why. */
export function refusalsOf (taken: StoredMessage): RefusedItem[] {
  const { message: { items } } = taken
  if (taken.result === 'conflict') {
    // Money that does not fit is looked for at its dossier.
    const payments = items.filter(({ payment }) => payment !== undefined)
    return payments.length === 0 ? [{ code: 'conflict', proven: true }] : payments.map(item => refusedItem('conflict', item))
  }
  return items.flatMap((item, place) => {
    const result = taken.items[place]
    return result === undefined || result === 'accepted' ? [] : [refusedItem(result, item)]
  })
}

function refusedItem (code: string, { dossierCode, facts }: InboundItem): RefusedItem {
  return { code, proven: true, facts, ...(dossierCode === '' ? {} : { dossierCode }) }
}

export async function auditDuplicate ({ db, gate }: AuditContext, { operation }: Incoming, { id }: StoredMessage): Promise<void> {
  const leftOut = gate.admit([operation.adapter, operation.name, 'duplicate'].join(' '), PER_MINUTE)
  if (leftOut !== undefined) await recordAudit(db, [entryOf(operation, 'inbound.duplicate', { details: { inbound: id, ...countOf(leftOut) } })])
}

export function entryOf (operation: InboundOperation, action: AuditEntry['action'], { dossierCode, details = {} }: Pick<AuditEntry, 'dossierCode' | 'details'>): AuditEntry {
  return {
    actor: `partner:${operation.adapter}`,
    action,
    adapter: operation.adapter,
    ...present({ dossierCode }),
    details: { operation: operation.name, ...details }
  }
}

function countOf (leftOut: number): { leftOut?: number } {
  return leftOut === 0 ? {} : { leftOut }
}
