/** One call of a partner: read, stored, answered in the partner's own words. Nothing is acknowledged before the commit. */
import { createHash } from 'node:crypto'
import type { Logger } from 'pino'
import type { Settings } from '../adapter-kit/contract.js'
import type { Dossier } from '../adapter-kit/dossier-types.js'
import type { InboundItem, InboundMessage, InboundOutcome, InboundQuestion, InboundReading, InboundRefusal, InboundRequest, WireReply } from '../adapter-kit/receiving.js'
import { storable } from '../adapter-kit/text.js'
import { recordAudit, type AuditEntry } from '../db/audit.js'
import { findDossier } from '../db/reading.js'
import { nearest } from '../delivery/units.js'
import type { InboundMetrics } from '../health/inbound-metrics.js'
import type { InboundOperation } from './operations.js'
import type { RefusalGate } from './refusals.js'
import { takeMessage, type TakeContext, type Taken } from './take.js'

export interface ReceiveContext extends TakeContext {
  metrics: InboundMetrics
  gate: RefusalGate
  log: Logger
  /** For what may come a thousand times a second while a store is away. */
  limited: (event: string, details: Record<string, unknown>) => void
}

interface Incoming {
  operation: InboundOperation
  request: InboundRequest
}

/** What a request came to: `id` of the stored message, `code` of a refusal. */
type Result = InboundOutcome & { id?: string, code?: string }

export async function receive (context: ReceiveContext, operation: InboundOperation, request: InboundRequest): Promise<WireReply> {
  const started = performance.now()
  const result = await unlessFailed(context, { operation, request }, async () => {
    const reading = read(operation, request)
    if ('refusal' in reading) return refuse(context, { operation, request }, reading.refusal)
    if ('question' in reading) return answerQuestion(context, { operation, request }, reading.question)
    return take(context, { operation, request }, reading.message)
  })
  return tell(context, { operation, request, started }, result)
}

/** Turned away before, or while, the body was read. */
export async function turnAway (context: ReceiveContext, { operation, request }: Incoming, outcome: InboundRefusal | 'failed'): Promise<WireReply> {
  const started = performance.now()
  const result: Result = outcome === 'failed'
    ? { result: 'failed', code: 'intake-closed' }
    : await unlessFailed(context, { operation, request }, async () => refuse(context, { operation, request }, outcome))
  return tell(context, { operation, request, started }, result)
}

/** A store that is away, or a defect: the partner is told to come again, and we are told why. */
async function unlessFailed ({ limited }: ReceiveContext, { operation }: Incoming, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    limited('inbound.failed', { adapter: operation.adapter, operation: operation.name, ...safeError(error) })
    return { result: 'failed', code: 'internal-error' }
  }
}

/** Without the message, which may quote what the partner sent. */
function safeError (error: unknown): Record<string, unknown> {
  const { name, code, stack } = error as { name?: string, code?: string, stack?: string }
  return { name, code, stack: stack?.split('\n').filter(line => /^\s+at /.test(line)).slice(0, 8).join('\n') }
}

/** A code that no route of ours could show, or that PostgreSQL could not hold, is no code. */
const CODE = /^[\x21-\x7e]{1,50}$/
const KEY = /^[^\p{Cc}\p{Cs}]{1,500}$/u

function read ({ receive, settings, check }: InboundOperation, request: InboundRequest): InboundReading {
  const reading = receive.read(request, settings, check)
  if ('refusal' in reading) return reading
  const codes = 'question' in reading ? [reading.question.dossierCode] : reading.message.items.flatMap(namedCode)
  if (!codes.every(code => CODE.test(code))) return invalid('dossier-code-malformed', { vi: 'Mã hồ sơ không đúng dạng.', en: 'A dossier code is malformed.' })
  if ('question' in reading) return reading
  if (!KEY.test(reading.message.key)) return invalid('key-malformed', { vi: 'Mã thông điệp không đúng dạng.', en: 'The key of the message is malformed.' })
  if (reading.message.items.length === 0) return invalid('nothing-said', { vi: 'Thông điệp không nói về hồ sơ nào.', en: 'The message speaks of no dossier.' })
  return { message: { ...reading.message, items: reading.message.items.map(withStorableFacts) } }
}

/** A payment may name its reference alone. */
function namedCode ({ dossierCode, payment }: InboundItem): string[] {
  return dossierCode === '' && payment !== undefined ? [] : [dossierCode]
}

function withStorableFacts (item: InboundItem): InboundItem {
  return { ...item, facts: Object.fromEntries(Object.entries(item.facts).map(([name, fact]) => [name, storable(fact)])) }
}

function invalid (code: string, message: InboundRefusal['message']): InboundReading {
  return { refusal: { reason: 'invalid', code, message } }
}

async function take (context: ReceiveContext, incoming: Incoming, message: InboundMessage): Promise<Result> {
  const taken = await takeMessage(context, { ...incoming, message })
  await audit(context, incoming, refusalsOf(taken).map(refused => ({ ...refused, ...(taken.id === undefined ? {} : { inbound: taken.id }) })))
  if (taken.result === 'duplicate') await auditDuplicate(context, incoming, taken)
  return taken
}

/** What of a message was not taken, and why. */
function refusalsOf (taken: Taken): Refused[] {
  const { message: { items } } = taken
  if (taken.result === 'conflict') {
    // Money that does not fit is looked for at its dossier.
    const payments = items.filter(({ payment }) => payment !== undefined)
    return payments.length === 0 ? [{ code: 'conflict' }] : payments.map(item => refusedItem('conflict', item))
  }
  return items.flatMap((item, place) => {
    const result = taken.items[place]
    return result === undefined || result === 'accepted' ? [] : [refusedItem(result, item)]
  })
}

function refusedItem (code: string, { dossierCode, facts }: InboundItem): Refused {
  return { code, facts, ...(dossierCode === '' ? {} : { dossierCode }) }
}

async function refuse (context: ReceiveContext, incoming: Incoming, refusal: InboundRefusal): Promise<Result> {
  const writing = audit(context, incoming, [{ code: refusal.code, reason: refusal.reason }])
  // A stranger is not told that a store is away.
  await (refusal.reason === 'unauthenticated' ? writing.catch(() => {}) : writing)
  return { result: 'refused', refusal, code: refusal.code }
}

async function answerQuestion (context: ReceiveContext, incoming: Incoming, question: InboundQuestion): Promise<Result> {
  const { db, payments } = context
  const { dossierCode } = question
  const row = await findDossier(db, dossierCode)
  if (row === undefined) {
    await audit(context, incoming, [{ code: 'unknown-dossier', dossierCode }])
    return { result: 'answered', question, about: undefined, code: 'unknown-dossier' }
  }
  const due = await payments.due(db, question, incoming.operation.adapter)
  await recordAudit(db, [entryOf(incoming.operation, 'inbound.answered', { dossierCode })])
  return { result: 'answered', question, about: { dossier: row.content as unknown as Dossier, ...(due === undefined ? {} : { due }) } }
}

interface Refused {
  code: string
  reason?: string
  dossierCode?: string
  facts?: InboundItem['facts']
  inbound?: string
}

/** Size and hash stand for the body, which is not kept. */
async function audit ({ db, gate }: ReceiveContext, { operation, request }: Incoming, refused: readonly Refused[]): Promise<void> {
  const entries = refused.flatMap(({ dossierCode, ...details }): AuditEntry[] => {
    const leftOut = gate.admit([operation.adapter, operation.name, details.code].join(' '))
    if (leftOut === undefined) return []
    const about = dossierCode === undefined ? {} : { dossierCode }
    const body = { address: request.address, bytes: request.body.length, sha256: createHash('sha256').update(request.body).digest('hex') }
    return [entryOf(operation, 'inbound.refused', { ...about, details: { ...details, ...body, ...countOf(leftOut) } })]
  })
  await recordAudit(db, entries)
}

async function auditDuplicate ({ db, gate }: ReceiveContext, { operation }: Incoming, { id }: Taken): Promise<void> {
  const leftOut = gate.admit([operation.adapter, operation.name, 'duplicate'].join(' '))
  if (leftOut !== undefined) await recordAudit(db, [entryOf(operation, 'inbound.duplicate', { details: { inbound: id, ...countOf(leftOut) } })])
}

function entryOf (operation: InboundOperation, action: AuditEntry['action'], { dossierCode, details = {} }: Pick<AuditEntry, 'dossierCode' | 'details'>): AuditEntry {
  return {
    actor: `partner:${operation.adapter}`,
    action,
    adapter: operation.adapter,
    ...(dossierCode === undefined ? {} : { dossierCode }),
    details: { operation: operation.name, ...details }
  }
}

function countOf (leftOut: number): { leftOut?: number } {
  return leftOut === 0 ? {} : { leftOut }
}

function tell (context: ReceiveContext, { operation, request, started }: Incoming & { started: number }, result: Result): WireReply {
  const { id, code, ...outcome } = result
  const reply = replyOf(context, { operation, request }, outcome as InboundOutcome)
  context.metrics.note({ adapter: operation.adapter, operation: operation.name, result: outcome.result, code: code ?? '' })
  // Refusals stand in the audit log, which is bounded; here a stranger could write as much as there is room for.
  context.log[outcome.result === 'refused' ? 'debug' : 'info']({
    event: 'inbound.answered',
    adapter: operation.adapter,
    operation: operation.name,
    result: outcome.result,
    code,
    id,
    status: reply.status,
    bytes: request.body.length,
    elapsedMs: Math.round(performance.now() - started)
  })
  return reply
}

/** What is told of a dossier is told with the settings of its unit. */
function settingsFor ({ settings, units }: InboundOperation, outcome: InboundOutcome): Settings {
  const agency = outcome.result === 'answered' ? outcome.about?.dossier.agency.code : undefined
  return (agency === undefined ? undefined : nearest(units, agency)?.settings) ?? settings
}

/** Where an adapter has no answer, the partner comes again: what was stored is a duplicate then. */
function replyOf ({ limited }: ReceiveContext, { operation, request }: Incoming, outcome: InboundOutcome): WireReply {
  try {
    return operation.receive.answer(request, outcome, settingsFor(operation, outcome))
  } catch (error) {
    limited('inbound.no-answer', { adapter: operation.adapter, operation: operation.name, ...safeError(error) })
    return { status: 500, body: 'Internal error' }
  }
}
