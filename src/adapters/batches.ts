/**
 * Calls of several lanes in one message (design §2.10). Each lane keeps its lease, its exchange and its outcome, so that
 * two revisions of one dossier never share a batch, a crash leaves every member uncertain by itself, and a stop sends
 * what waits: a lane is not given up while its call is in a batch.
 */
import type { Outcome } from '../adapter-kit/contract/outcome.js'
import type { CallContext, CallMode, DeliverClient, PlannedCall } from '../adapter-kit/contract/deliver.js'

export interface BatchOptions {
  /** Most calls in one message; 1: no batches. */
  size: number
  /** How long the first call waits for others. */
  waitMs: number
  /** May the operation's calls be repeated without harm? Only then is a batch that was refused whole looked into. */
  harmless: (operation: string) => boolean
}

interface Member {
  call: PlannedCall
  context: CallContext
  resolve: (outcome: Outcome) => void
  reject: (error: unknown) => void
}

/** The client itself where it has no batches, or where they are switched off. */
export function inBatches (client: DeliverClient, { size, waitMs, harmless }: BatchOptions): DeliverClient {
  const { sendBatch } = client
  if (size <= 1 || sendBatch === undefined) return client
  const waiting = new Map<string, Member[]>()

  function enter (key: string, member: Member): void {
    const batch = waiting.get(key) ?? []
    batch.push(member)
    if (batch.length === 1) {
      waiting.set(key, batch)
      setTimeout(() => { leave(key, batch) }, waitMs)
    }
    if (batch.length >= size) leave(key, batch)
  }

  function leave (key: string, batch: Member[]): void {
    // Full and sent before its time was over.
    if (waiting.get(key) !== batch) return
    waiting.delete(key)
    void dispatch(batch)
  }

  async function dispatch (batch: readonly Member[]): Promise<void> {
    const members = batch.filter(({ context, reject }) => {
      if (context.signal.aborted) reject(context.signal.reason)
      return !context.signal.aborted
    })
    const [first, ...others] = members
    if (first === undefined) return
    try {
      await settle(members, await (others.length === 0 ? alone(first) : together(members)))
    } catch (error) {
      await afterFailure(members, error)
    }
  }

  async function alone ({ call, context }: Member): Promise<Outcome[]> {
    return [await client.send(call, context)]
  }

  async function together (members: readonly Member[]): Promise<Outcome[] | Outcome> {
    const { mode } = members[0]?.context ?? { mode: 'update' as CallMode }
    const context: CallContext = { mode, signal: whenAllGaveUp(members), sending: async () => { await allSending(members) } }
    const answer = await sendBatch?.(members.map(({ call }) => call), context)
    if (answer === undefined) throw new Error('the adapter gave no answer to a batch')
    return 'each' in answer ? answer.each : answer.whole
  }

  async function settle (members: readonly Member[], outcome: Outcome[] | Outcome): Promise<void> {
    if (Array.isArray(outcome)) {
      if (outcome.length !== members.length) throw new Error(`${outcome.length} outcomes for ${members.length} calls`)
      members.forEach(({ resolve }, index) => { resolve(outcome[index] as Outcome) })
      return
    }
    const operation = members[0]?.call.operation ?? ''
    if (!isVerdictOnSome(outcome)) members.forEach(({ resolve }) => { resolve(outcome) })
    else if (harmless(operation)) for (const half of halves(members)) await dispatch(half)
    else members.forEach(({ resolve }) => { resolve({ ...outcome, verdict: 'uncertain', rule: 'batch.refused-whole', code: 'batch-refused-whole' }) })
  }

  /** A member that lost its lease takes nobody with it: the others are sent without it. */
  async function afterFailure (members: readonly Member[], error: unknown): Promise<void> {
    if (!(error instanceof NotAllSending)) {
      members.forEach(({ reject }) => { reject(error) })
      return
    }
    for (const [member, reason] of error.failed) member.reject(reason)
    await dispatch(members.filter(member => !error.failed.has(member)))
  }

  return {
    ...client,
    send: async (call, context) => new Promise((resolve, reject) => {
      enter(`${call.operation} ${context.mode}`, { call, context, resolve, reject })
    })
  }
}

/** Nothing has left yet: one of the records that has to stand before could not be written. */
class NotAllSending extends Error {
  readonly failed: ReadonlyMap<Member, unknown>

  constructor (failed: ReadonlyMap<Member, unknown>) {
    super('a call of the batch may not be sent')
    this.name = 'NotAllSending'
    this.failed = failed
  }
}

async function allSending (members: readonly Member[]): Promise<void> {
  const results = await Promise.allSettled(members.map(({ context }) => context.sending()))
  const failed = new Map(members.flatMap((member, index): Array<[Member, unknown]> => {
    const result = results[index]
    return result?.status === 'rejected' ? [[member, result.reason]] : []
  }))
  if (failed.size > 0) throw new NotAllSending(failed)
}

/** One that gives up leaves the call to the others. */
function whenAllGaveUp (members: readonly Member[]): AbortSignal {
  const controller = new AbortController()
  let left = members.length
  for (const { context: { signal } } of members) {
    signal.addEventListener('abort', () => { if (--left === 0) controller.abort(signal.reason) }, { once: true })
  }
  return controller.signal
}

/** Said of the whole, true of at least one: which, the partner did not say. */
function isVerdictOnSome ({ verdict }: Outcome): boolean {
  return verdict === 'refused' || verdict === 'exists' || verdict === 'missing'
}

function halves<T> (items: readonly T[]): T[][] {
  const middle = Math.ceil(items.length / 2)
  return [items.slice(0, middle), items.slice(middle)]
}
