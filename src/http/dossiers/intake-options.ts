/** What intake plans for: every adapter, which of them take a newer revision in place of an older one, and whose dossiers each is told of. */
import { dossierAdapters } from '../../adapters/dossier-adapters.js'
import type { IntakeOptions } from '../../dossier/intake.js'
import { originRules } from '../../dossier/origin.js'
import type { Services } from '../../process/services.js'

export function intakeOptions ({ adapters }: Pick<Services, 'adapters'>, clientId: string): IntakeOptions {
  const all = [...dossierAdapters(adapters).values()]
  return {
    clientId,
    adapters: all.map(({ manifest }) => manifest.id),
    superseding: all.filter(({ manifest }) => manifest.deliver.supersedes).map(({ manifest }) => manifest.id),
    origins: originRules(all)
  }
}
