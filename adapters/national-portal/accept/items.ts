/** One entry of `data` → the canonical document as far as it can be read, and what was left out of it. Pure. */
import type { AcceptedItem } from '../../../src/adapter-kit/contract/accept.js'
import { agencyOfDossier } from '../../../src/model/codes.js'
import { valueAt } from '../../../src/model/json.js'
import { required } from '../mapping/inverse-reader.js'
import { dossierOf, stepOf } from '../mapping/inverse.js'
import { DOSSIER, STEP } from './shapes.js'
import { tidy, type Tidied } from './tidy.js'
import type { CodeSeeds } from '../../../src/adapter-kit/contract/codes.js'

export interface DossierContext {
  codes: CodeSeeds
  /** The calling unit's code; defaults to the gateway's own at the portal. */
  unit: string
}

/** The unit in the dossier's code is nearer to the one that handles it than the caller, which is often the whole province. */
export function acceptedDossier (source: unknown, { codes, unit }: DossierContext): AcceptedItem {
  const tidied = tidy(source, DOSSIER)
  const dossierCode = required(tidied.item.MaHoSo)
  const { dossier, findings } = dossierOf({ item: tidied.item, codes, agencyCode: agencyOfDossier(dossierCode) ?? unit })
  return { dossierCode, document: dossier, source: tidied.item, ...noted(tidied, findings) }
}

export function acceptedStep (source: unknown, { codes }: Pick<DossierContext, 'codes'>): AcceptedItem {
  const tidied = tidy(source, STEP)
  const { dossierCode, step, findings } = stepOf({ item: tidied.item, codes })
  return { dossierCode, document: step, source: tidied.item, ...noted(tidied, findings) }
}

/** An unknown code or a date that is none has no place in the document. */
function noted ({ item, findings, leftOut }: Tidied, read: ReturnType<typeof stepOf>['findings']): Pick<AcceptedItem, 'findings' | 'leftOut'> {
  const unread = read.map(({ pointer }) => ({ pointer, value: valueAt(item, pointer) }))
  return { findings: [...findings, ...read], leftOut: [...leftOut, ...unread] }
}
