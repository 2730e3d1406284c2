/** Adapters of dossiers and adapters of notifications: no push plans a notification, which comes of an event. */
import type { ActiveAdapter } from './active-adapter.js'

/** Those that dossiers are delivered to. */
export function dossierAdapters (adapters: ReadonlyMap<string, ActiveAdapter>): Map<string, ActiveAdapter> {
  return new Map([...adapters].filter(([, { manifest }]) => manifest.deliver.subject !== 'notification'))
}

/** The first that tells endpoints of events; undefined: none is active. */
export function notifyingAdapter (adapters: ReadonlyMap<string, ActiveAdapter>): ActiveAdapter | undefined {
  return [...adapters.values()].find(({ manifest }) => manifest.deliver.subject === 'notification')
}
