/** Dossiers that were filed at a national system: who is told of them, and what may not change about it. Pure. */
import type { Dossier } from '../model/dossier-types.js'
import { raise, type Finding } from '../model/findings.js'
import { ORIGIN_KINDS as KINDS } from './review/origin-kinds.js'
import type { ManifestDeliver } from '../adapter-kit/manifest.js'

export type Origin = NonNullable<Dossier['origin']>

/** Adapter → which origins its manifest takes; one that is left out takes every dossier. */
export type OriginRules = Readonly<Record<string, NonNullable<ManifestDeliver['origins']>>>

interface Delivering {
  manifest: { id: string, deliver: ManifestDeliver }
}

export function originRules (adapters: Iterable<Delivering>): OriginRules {
  return Object.fromEntries([...adapters].flatMap(({ manifest: { id, deliver } }) => deliver.origins === undefined ? [] : [[id, deliver.origins]]))
}

/** Those of the adapters that are told of a dossier with this origin. */
export function recipients (adapters: readonly string[], origin: Origin | undefined, rules: OriginRules): string[] {
  return adapters.filter(id => {
    const rule = rules[id]
    return rule === undefined || origin?.adapter === id || (rule === 'own-or-none' && origin === undefined)
  })
}

/** Nobody would tell the system it came from: better refused than accepted and never reported. */
export function originFindings (origin: Origin | undefined, rules: OriginRules): Finding[] {
  if (origin === undefined || Object.hasOwn(rules, origin.adapter)) return []
  return [raise(KINDS.unknown, ['origin', 'adapter'], { adapter: origin.adapter })]
}

/**
 * A push that leaves the origin out, or names another, would make a second dossier at another portal of what the citizen
 * filed once (national-portal §6.8, pitfall 53).
 */
export function originChange (stored: { adapter: string, code: string } | undefined, origin: Origin | undefined): Finding[] {
  const same = stored?.adapter === origin?.adapter && stored?.code === origin?.code
  return same ? [] : [raise(KINDS.changed, ['origin'])]
}
