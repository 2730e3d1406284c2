/** A push, whatever form it came in: read, stored in one transaction, its lanes rung after the commit. */
import { createHash } from 'node:crypto'
import type { Finding } from '../../model/findings.js'
import type { Tx } from '../../db/open.js'
import { dossierAdapters } from '../../adapters/dossier-adapters.js'
import { readDossier, readProgress } from '../../dossier/documents.js'
import { acceptDossier, acceptProgress, type Accepted, type IntakeOptions, type Receipt } from '../../dossier/intake.js'
import { once } from '../../dossier/once.js'
import { noAdapters } from '../../dossier/problems.js'
import type { Validator } from '../../dossier/validate.js'
import type { ProblemItem } from '../../base/problem.js'
import { reached } from '../../base/kill-points.js'
import type { Need } from '../needs.js'
import { intakeOptions } from '../../dossier/intake-options.js'
import { partnerReview } from '../../dossier/preview.js'

export interface Pushing {
  services: Need<'adapters' | 'books' | 'db' | 'files' | 'relay'>
  validator: Validator
}

export interface Pushed {
  document: unknown
  /** What was wrong with the document's form already. */
  faults: readonly ProblemItem[]
  clientId: string
  /** Of the Idempotency-Key: once per client and route. */
  scope: { route: string, key: string } | undefined
}

export interface PushAnswer {
  status: number
  receipt: Receipt
  /** An earlier request with this key was answered so; nothing was done this time. */
  replayed: boolean
}

export async function pushDossier ({ services, validator }: Pushing, pushed: Pushed): Promise<PushAnswer> {
  const { dossier, findings } = readDossier({ validator, now: new Date(), faults: pushed.faults }, pushed.document)
  // The partners' findings are told at once; an error among them does not refuse the dossier, it stops that delivery.
  const partners = (await partnerReview(services))(dossier)
  return accept(services, { ...pushed, findings: [...findings, ...partners] }, (tx, intake) => acceptDossier(tx, dossier, intake))
}

export async function pushProgress ({ services, validator }: Pushing, code: string, pushed: Pushed): Promise<PushAnswer> {
  const { progress, findings } = readProgress({ validator, now: new Date(), faults: pushed.faults }, pushed.document)
  return accept(services, { ...pushed, findings }, (tx, intake) => acceptProgress(tx, { code, progress }, intake))
}

type Work = (tx: Tx, intake: IntakeOptions) => Promise<Accepted>

/** The one transaction of a push; the lanes are rung after its commit. */
async function accept (services: Need<'adapters' | 'books' | 'db' | 'files' | 'relay'>, { document, clientId, scope, findings }: Pushed & { findings: readonly Finding[] }, work: Work): Promise<PushAnswer> {
  if (dossierAdapters(services.adapters).size === 0) throw noAdapters()
  const intake = intakeOptions(services, clientId)
  let accepted: Accepted | undefined
  const answer = await once(services.db, { scope: scope === undefined ? undefined : { clientId, ...scope }, bodyHash: bodyHash(document) }, async tx => {
    accepted = await work(tx, intake)
    reached('intake.before-commit')
    return { status: accepted.receipt.unchanged ? 200 : 202, response: { ...accepted.receipt, findings: [...findings, ...accepted.receipt.findings] } }
  })
  reached('intake.committed')
  if (accepted !== undefined) services.relay.ring(accepted.lanes)
  return { status: answer.status, receipt: answer.response, replayed: answer.replayed }
}

/** Of what was parsed: blanks, prefixes and escapes make no other body. */
function bodyHash (document: unknown): Buffer {
  return createHash('sha256').update(JSON.stringify(document)).digest()
}
