/** What intake plans for: every adapter, which of them take a newer revision in place of an older one, and whose dossiers each is told of. */
import { dossierAdapters } from '../adapters/dossier-adapters.js'
import type { IntakeOptions } from './intake.js'
import { originRules } from './origin.js'
import type { ActiveAdapter } from '../adapters/active-adapter.js'

export function intakeOptions ({ adapters }: { adapters: ReadonlyMap<string, ActiveAdapter> }, clientId: string): IntakeOptions {
  const all = [...dossierAdapters(adapters).values()]
  return {
    clientId,
    adapters: all.map(({ manifest }) => manifest.id),
    superseding: all.filter(({ manifest }) => manifest.deliver.supersedes).map(({ manifest }) => manifest.id),
    origins: originRules(all)
  }
}
