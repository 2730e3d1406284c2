/** One call of a partner: read, stored, answered in the partner's own words. Nothing is acknowledged before the commit. */
import type { Logger } from 'pino'
import { present } from '../../model/present.js'
import type { InboundMessage, InboundOutcome, InboundQuestion, InboundRefusal, InboundRequest, WireReply } from '../../adapter-kit/contract/receive.js'
import { recordAudit } from '../../db/audit.js'
import { findDossier } from '../deliver/reading.sql.js'
import { nearest } from '../../adapters/accounts.js'
import type { InboundMetrics } from '../../health/inbound-metrics.js'
import { auditDuplicate, auditRefusals, entryOf, refusalsOf } from './auditing.js'
import type { InboundOperation } from './operations.js'
import { read } from './reading.js'
import type { RefusalGate } from './refusals.js'
import { storeMessage, type StoreContext } from './store-message.js'
import type { Settings } from '../../adapter-kit/contract/open.js'

export interface ReceiveContext extends StoreContext {
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
    return storeAndAudit(context, { operation, request }, reading.message)
  })
  return tell(context, { operation, request, started }, result)
}

/** Turned away before, or while, the body was read. */
export async function refuseUnread (context: ReceiveContext, { operation, request }: Incoming, outcome: InboundRefusal | 'failed'): Promise<WireReply> {
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

async function storeAndAudit (context: ReceiveContext, incoming: Incoming, message: InboundMessage): Promise<Result> {
  const taken = await storeMessage(context, { ...incoming, message })
  await auditRefusals(context, incoming, refusalsOf(taken).map(refused => ({ ...refused, ...present({ inbound: taken.id }) })))
  if (taken.result === 'duplicate') await auditDuplicate(context, incoming, taken)
  return taken
}

async function refuse (context: ReceiveContext, incoming: Incoming, refusal: InboundRefusal): Promise<Result> {
  const writing = auditRefusals(context, incoming, [{ code: refusal.code, reason: refusal.reason }])
  // A stranger is not told that a store is away.
  await (refusal.reason === 'unauthenticated' ? writing.catch(() => {}) : writing)
  return { result: 'refused', refusal, code: refusal.code }
}

async function answerQuestion (context: ReceiveContext, incoming: Incoming, question: InboundQuestion): Promise<Result> {
  const { db, payments } = context
  const { dossierCode } = question
  const row = await findDossier(db, dossierCode)
  if (row === undefined) {
    await auditRefusals(context, incoming, [{ code: 'unknown-dossier', proven: true, dossierCode }])
    return { result: 'answered', question, about: undefined, code: 'unknown-dossier' }
  }
  const amountDue = await payments.amountDue(db, question, incoming.operation.adapter)
  await recordAudit(db, [entryOf(incoming.operation, 'inbound.answered', { dossierCode })])
  return { result: 'answered', question, about: { dossier: row.content, ...present({ amountDue }) } }
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
