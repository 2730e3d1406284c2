/** What both generations ask of a planned call. */
import type { Outcome } from '../../../src/adapter-kit/contract/outcome.js'
import type { DeliverClient, PlannedCall } from '../../../src/adapter-kit/contract/deliver.js'

export interface Service {
  name: string
  /** Is this the dossier itself, and not its steps? */
  upsert: boolean
  /** Members of the envelope beside the usual ones. */
  more?: Readonly<Record<string, string>>
}

const SERVICES: Readonly<Record<string, Service>> = {
  dossier: { name: 'DongBoHoSoMC', upsert: true },
  progress: { name: 'CapNhatTienDoHoSoMC', upsert: false },
  // What else `type` may be is unknown (§1.4).
  status: { name: 'DongBoTrangThaiHoSo', upsert: false, more: { type: '2' } }
}

export function serviceOf ({ operation }: PlannedCall): Service {
  const service = SERVICES[operation]
  if (service === undefined) throw new Error(`the portal has no call ${operation}`)
  return service
}

/** Entries of `data`: the portal has one verdict for all of them (§1.5). */
export function itemsOf ({ message }: PlannedCall): number {
  return Array.isArray(message) ? message.length : 1
}

/** No public source shows an answer with a verdict for each entry (§1.5). A status has no place for several dossiers (§2.11). */
export function inOneMessage (send: DeliverClient['send']): NonNullable<DeliverClient['sendBatch']> {
  return async (calls, context) => {
    if (!calls.every(({ message }) => Array.isArray(message))) return { each: await oneByOne(calls, call => send(call, context)) }
    return { whole: await send(joined(calls), context) }
  }
}

async function oneByOne (calls: readonly PlannedCall[], send: (call: PlannedCall) => Promise<Outcome>): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const call of calls) outcomes.push(await send(call))
  return outcomes
}

/** One message of several: the entries of all. That the portal takes those of different dossiers together is inferred (§1.4). */
function joined (calls: readonly PlannedCall[]): PlannedCall {
  return {
    operation: calls[0]?.operation ?? '',
    message: calls.flatMap(({ message }) => message as unknown[]),
    steps: calls.flatMap(({ steps }) => steps)
  }
}
