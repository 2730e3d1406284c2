/** Changes a stored dossier behind the clients' backs, so that a reconciliation has something to find. */
import { isRecord } from '../model/json.js'
import { currentDossier } from './store.js'
import type { Store, SandboxDossier } from './store.js'

/** Members to set; null takes one out. */
export type Alteration = Readonly<Record<string, unknown>>

export function alter (store: Store, code: string, { change, at }: { change: Alteration, at: string }): SandboxDossier | undefined {
  const dossier = store.dossier(code)
  if (dossier === undefined) return undefined
  const current = currentDossier(dossier)
  const merged = Object.entries({ ...(isRecord(current) ? current : {}), ...change }).filter(([, value]) => value !== null)
  const body = Buffer.from(JSON.stringify([Object.fromEntries(merged)]))
  // Request 0: no client sent it.
  store.write(code, { kind: 'altered', source: { at, request: 0, body }, index: 0 })
  return dossier
}
