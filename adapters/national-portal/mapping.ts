/**
 * Canonical dossier → messages of the National Public Service Portal (contract national-portal §2.1, §2.2, §2.11).
 * The parts in `mapping/` are the dictionary of Vietnamese member names.
 */
import { KINDS } from './findings.js'
import { mapDossier } from './mapping/dossier.js'
import { mapProgress } from './mapping/progress.js'
import { scoringFindings } from './mapping/scoring.js'
import { mapStatus, type StatusInput } from './mapping/status.js'
import { createTranslator, type Translator } from './mapping/translator.js'
import { textSetting, wholeSetting } from './settings.js'
import type { MappingInput, MappingResult } from '../../src/adapter-kit/contract/deliver.js'

export function map ({ dossier, steps, codes, settings, fileLink }: MappingInput): MappingResult {
  const translator = createTranslator({ codes, fileLink, extended: settings.EXTENDED_FIELDS !== false })
  if (dossier.origin !== undefined) return mapOrigin({ dossier, origin: dossier.origin, steps, settings }, translator)
  // One dossier per call: the portal gives one verdict for the whole of `data` (§1.5), and never mixes new and known (§2.1).
  const mapped = mapDossier(dossier, translator)
  const progress = mapProgress(
    { dossierCode: dossier.code, steps, chunk: wholeSetting(settings, 'PROGRESS_CHUNK') },
    translator
  )
  return {
    // The dossier must be there before its steps are (§2.2, pitfall 6).
    calls: [{ operation: 'dossier', message: [mapped], steps: [] }, ...progress],
    findings: [...translator.findings, ...scoringFindings(dossier, mapped['TrangThaiHoSo'])]
  }
}

function mapOrigin ({ settings, ...told }: Omit<StatusInput, 'refused'> & Pick<MappingInput, 'settings'>, translator: Translator): MappingResult {
  if (settings.GENERATION === 'b' && settings.STATUS_PATH === undefined) translator.report(KINDS.noStatusPath, ['origin'])
  const calls = mapStatus({ ...told, refused: textSetting(settings, 'ORIGIN_REFUSED_STATUS') }, translator)
  return { calls, findings: translator.findings }
}
