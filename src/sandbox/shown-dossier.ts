/** A dossier as the control API shows it. */
import { isRecord } from '../model/json.js'
import { currentDossier, written } from './store.js'
import type { SandboxDossier } from './store.js'

export function dossierLine (dossier: SandboxDossier): Record<string, unknown> {
  const { code, creates, updates, duplicatedCreates, stepCount, duplicatedSteps, lateSteps, writes } = dossier
  const current = currentDossier(dossier)
  return {
    code,
    status: isRecord(current) ? current['TrangThaiHoSo'] : null,
    lastWriteAt: writes.at(-1)?.source.at,
    creates,
    updates,
    duplicatedCreates,
    steps: stepCount,
    duplicatedSteps,
    lateSteps
  }
}

export function dossierDetail (dossier: SandboxDossier): Record<string, unknown> {
  const { steps: stepCount, ...line } = dossierLine(dossier)
  return {
    ...line,
    stepCount,
    dossier: currentDossier(dossier),
    writes: dossier.writes.map(write => ({
      kind: write.kind,
      at: write.source.at,
      request: write.source.request,
      dossier: written(write)
    })),
    steps: dossier.steps
  }
}
