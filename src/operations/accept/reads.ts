/**
 * Questions of provincial systems: answered from what the gateway holds, and else put to the partner. Its silence is told as
 * such, and never as "there is none": clients that read it so make duplicates (contract §6, 2).
 */
import type { AcceptCall, AcceptSaid, PassedAnswer, PassedQuestion } from '../../adapter-kit/contract/accept.js'
import { toHanoi } from '../../model/dates.js'
import { HttpFailure } from '../../adapter-kit/http.js'
import type { CodeBooks } from '../../codes/books.js'
import { recordAudit } from '../../db/audit.js'
import type { Database } from '../../db/open.js'
import { findDossier } from '../deliver/reading.sql.js'
import { withAccountOf } from '../../adapters/accounts.js'
import { Refused } from './refused.js'
import type { ActiveAdapter } from '../../adapters/active-adapter.js'
import { currentRows, wasPulled } from '../../codes/lists.sql.js'
import { adapterControls } from '../../health/standing.sql.js'

export interface QuestionContext {
  db: Database
  books: CodeBooks
  adapter: ActiveAdapter
  outboundPaused: boolean
  /** The unit that calls, where it says so. */
  unit: string | undefined
  clientId: string
  signal: AbortSignal
}

type Question<Kind> = AcceptCall & { kind: Kind }

export async function dossierExists ({ code }: Question<'exists'>, asking: QuestionContext): Promise<AcceptSaid> {
  const there = await findDossier(asking.db, code) !== undefined || await existsAtPartner(code, asking)
  // The members of the one element are read by no known client (contract §2.3).
  return { said: 'result', rows: there ? [{ MaHoSo: code }] : [] }
}

/** A dossier from before the gateway is the partner's to know. `exists` throws for all that is neither yes nor no. */
async function existsAtPartner (code: string, asking: QuestionContext): Promise<boolean> {
  const { client } = await partner(asking)
  return await client.exists(code, asking.signal).catch(() => { throw new Refused({ why: 'silent' }) })
}

export async function listRows ({ lists, key, question }: Question<'rows'>, asking: QuestionContext): Promise<AcceptSaid> {
  const { db, adapter: { manifest: { id: adapter } } } = asking
  for (const list of lists) {
    if (!await wasPulled(db, { adapter, list })) continue
    const rows = await currentRows(db, { adapter, list, key })
    // Details are copied for procedures in use alone: one that is not there may be at the partner.
    if (key === undefined || rows.length > 0) return { said: 'result', rows }
  }
  return await passOn({ kind: 'pass', question }, asking)
}

export async function passOn ({ question }: Question<'pass'>, asking: QuestionContext): Promise<AcceptSaid> {
  const { client } = await partner(asking)
  const answer = await client.pass?.(question, asking.signal).catch(asSilence)
  if (answer === undefined) throw new Error(`the adapter ${asking.adapter.manifest.id} passes no questions on`)
  await audit(question, asking, 'silent' in answer ? answer.rule : `code ${answer.code}`)
  if ('silent' in answer) throw new Refused({ why: 'silent' })
  return { said: 'passed', answer }
}

function asSilence (error: unknown): PassedAnswer {
  if (error instanceof HttpFailure) return { silent: true, rule: error.code }
  throw error
}

async function audit ({ service }: PassedQuestion, { db, clientId, adapter }: QuestionContext, outcome: string): Promise<void> {
  await recordAudit(db, [{ actor: `client:${clientId}`, action: 'question.passed-on', adapter: adapter.manifest.id, details: { service, outcome } }])
}

async function partner (asking: QuestionContext): Promise<ActiveAdapter> {
  if (await isPaused(asking)) throw new Refused({ why: 'paused' })
  return await accountOf(asking)
}

async function isPaused ({ db, adapter, outboundPaused }: QuestionContext): Promise<boolean> {
  if (outboundPaused) return true
  const controls = await adapterControls(db)
  return controls.find(one => one.adapter === adapter.manifest.id)?.paused_at != null
}

/** Of the calling unit, where it has one of its own. */
async function accountOf ({ adapter, unit, books }: QuestionContext): Promise<ActiveAdapter> {
  if (unit === undefined || adapter.units.length === 0) return adapter
  const book = (await books.refresh([adapter]))(adapter)
  return withAccountOf(adapter, { dossier: { agency: { code: unit, name: '' } }, book, on: toHanoi(new Date()).slice(0, 10) })
}
