/** What intake plans for: every adapter, and which of them take a newer revision in place of an older one. */
import type { IntakeOptions } from '../dossier/intake.js'
import type { Services } from '../services.js'

export function intakeOptions ({ adapters }: Pick<Services, 'adapters'>, clientId: string): IntakeOptions {
  const all = [...adapters.values()]
  return {
    clientId,
    adapters: all.map(({ manifest }) => manifest.id),
    superseding: all.filter(({ manifest }) => manifest.deliver.supersedes).map(({ manifest }) => manifest.id)
  }
}
