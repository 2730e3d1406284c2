/** What both generations ask of a planned call. */
import type { PlannedCall } from '../../../src/adapter-kit/contract.js'

export interface Service {
  name: string
  /** Is this the dossier itself, and not its steps? */
  upsert: boolean
}

const SERVICES: Readonly<Record<string, Service>> = {
  dossier: { name: 'DongBoHoSoMC', upsert: true },
  progress: { name: 'CapNhatTienDoHoSoMC', upsert: false }
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

/** One message of several: the entries of all. That the portal takes those of different dossiers together is inferred (§1.4). */
export function joined (calls: readonly PlannedCall[]): PlannedCall {
  return {
    operation: calls[0]?.operation ?? '',
    message: calls.flatMap(({ message }) => message as unknown[]),
    steps: calls.flatMap(({ steps }) => steps)
  }
}
