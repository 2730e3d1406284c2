/** One call of a provincial system, from its reading to what is said about it. Throws `Refused`, or what is no refusal of ours. */
import type { AcceptCall, AcceptOperation, AcceptReading, AcceptSaid } from '../../adapter-kit/contract/accept.js'
import type { Dossier } from '../../model/dossier-types.js'
import type { Finding } from '../../model/findings.js'
import type { CodeBooks } from '../../codes/books.js'
import type { Client } from '../../db/keys.js'
import type { RingableLane } from '../../db/lanes.js'
import { sqlState, type Database, type Tx } from '../../db/open.js'
import { hasTooManyValues, MAX_VALUES } from '../../dossier/content.js'
import type { IntakeOptions } from '../../dossier/intake.js'
import type { Validator } from '../../dossier/validate.js'
import { reached } from '../../base/kill-points.js'
import { issueSession, type CallerCheck } from './caller.js'
import { readDossierItem, readStepItem } from './reading.js'
import { dossierExists, listRows, passOn, type QuestionContext } from './reads.js'
import { Refused } from './refused.js'
import { storeDossiers, storeSteps, type AcceptStoreOptions } from './store.js'
import type { ActiveAdapter } from '../../adapters/active-adapter.js'

export interface AcceptContext {
  db: Database
  books: CodeBooks
  adapter: ActiveAdapter
  accept: AcceptOperation
  validator: Validator
  callers: CallerCheck
  outboundPaused: boolean
  /** Is intake open? */
  isOpen: () => boolean
  intakeOf: (clientId: string) => IntakeOptions
  /** What the partners' formats say of a dossier. */
  review: () => Promise<(dossier: Dossier) => Finding[]>
  ring: (lanes: RingableLane[]) => void
}

export interface AcceptRequest {
  reading: AcceptReading
  /** Who the Authorization header said; absent where the message says it. */
  client: Client | undefined
  signal: AbortSignal
  /** Told as soon as it is known. */
  identified: (client: Client) => void
}

export async function serve (context: AcceptContext, request: AcceptRequest): Promise<AcceptSaid> {
  const { service } = request.reading
  // A login, or an envelope that cannot be read, names no session to ask about.
  if (['', 'login'].includes(service)) return await enter(context, request)
  const client = request.client ?? await context.callers.bySession(context.adapter.manifest.id, request.reading.session)
  request.identified(client)
  return await work(context, request, client)
}

async function enter (context: AcceptContext, { reading, identified }: AcceptRequest): Promise<AcceptSaid> {
  const call = reading.call()
  if (call.kind === 'login') return await logIn(context, call, identified)
  throw new Refused(call.kind === 'refused' ? call.refusal : { why: 'service' })
}

async function work (context: AcceptContext, { reading, signal }: AcceptRequest, client: Client): Promise<AcceptSaid> {
  const { service, unit } = reading
  const call = reading.call()
  const asking: QuestionContext = { ...context, unit, clientId: client.id, signal }
  switch (call.kind) {
    case 'login':
    case 'refused': throw new Refused(call.kind === 'refused' ? call.refusal : { why: 'service' })
    case 'dossiers':
    case 'steps': return await write(context, { call, service, client })
    case 'exists': return await dossierExists(call, asking)
    case 'rows': return await listRows(call, asking)
    case 'pass': return await passOn(call, asking)
  }
}

async function logIn ({ db, adapter, accept, callers }: AcceptContext, { username, password }: AcceptCall & { kind: 'login' }, identified: AcceptRequest['identified']): Promise<AcceptSaid> {
  const client = await callers.byLogin({ username, key: password })
  identified(client)
  const token = await issueSession(db, client, { adapter: adapter.manifest.id, seconds: accept.sessionSeconds(adapter.settings) })
  return { said: 'session', token }
}

interface Writing {
  call: AcceptCall & { kind: 'dossiers' | 'steps' }
  service: string
  client: Client
}

async function write (context: AcceptContext, { call, service, client }: Writing): Promise<AcceptSaid> {
  if (!context.isOpen()) throw new Refused({ why: 'closed' })
  const options: AcceptStoreOptions = { intake: context.intakeOf(client.id), adapter: context.adapter.manifest.id, service }
  const store = await prepared(context, call, options)
  const lanes = await stored(context.db, store)
  reached('intake.committed')
  context.ring(lanes)
  return { said: 'accepted' }
}

const MOST_TRIES = 3
const DEADLOCK = '40P01'

/** Calls of several dossiers lock in one order; who locks lanes in another, as a redrive, may still meet them: then nothing was stored. */
async function stored (db: Database, store: (tx: Tx) => Promise<RingableLane[]>, tries = 1): Promise<RingableLane[]> {
  try {
    return await db.transaction().execute(async tx => {
      const lanes = await store(tx)
      reached('intake.before-commit')
      return lanes
    })
  } catch (error) {
    if (sqlState(error) !== DEADLOCK || tries === MOST_TRIES) throw error
    return await stored(db, store, tries + 1)
  }
}

/** All that can be checked without the store is checked before its transaction begins. */
async function prepared (context: AcceptContext, call: Writing['call'], options: AcceptStoreOptions): Promise<(tx: Tx) => Promise<RingableLane[]>> {
  if (hasTooManyValues(call.items.map(({ source }) => source))) throw new Refused({ why: 'too-large', problems: [{ pointer: '/data', code: 'too-many-values', message: `có hơn ${MAX_VALUES} giá trị` }] })
  const parts = { validator: context.validator, now: new Date(), placeOf: context.accept.placeOf, review: await context.review() }
  if (call.kind === 'steps') {
    const items = call.items.map((item, index) => readStepItem(item, index, parts))
    return async tx => await storeSteps(tx, items, options)
  }
  const items = call.items.map((item, index) => readDossierItem(item, index, parts))
  return async tx => await storeDossiers(tx, items, { ...options, mode: call.mode })
}
