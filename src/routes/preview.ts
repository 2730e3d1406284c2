/** `POST /v1/dossiers/preview`. */
import { toHanoi } from '../adapter-kit/dates.js'
import type { Dossier } from '../adapter-kit/dossier-types.js'
import type { Finding } from '../adapter-kit/findings.js'
import { previewState } from '../db/reading.js'
import { dossierAdapters } from '../delivery/dossier-adapters.js'
import { asUnit } from '../delivery/units.js'
import { previewDossier, type AdapterPreview } from '../delivery/preview.js'
import { mapDossier, type Mappable } from '../delivery/mapping.js'
import { derivedStepId } from '../dossier/content.js'
import type { Services } from '../services.js'

export interface PreviewAnswer {
  code: string
  findings: Finding[]
  adapters: AdapterPreview[]
}

export async function previewAnswer (services: Services, pushed: { dossier: Dossier, findings: Finding[] }): Promise<PreviewAnswer> {
  const { dossier, steps } = mappable(pushed.dossier)
  const shown = dossierAdapters(services.adapters)
  const state = await previewState(services.db, dossier.code, [...shown.keys()])
  const bookOf = await services.books.refresh(shown.values())
  const adapters = [...shown.values()].map(adapter => {
    const book = bookOf(adapter)
    return previewDossier(asUnit(adapter, { dossier, book, on: toHanoi(new Date()).slice(0, 10) }), { pushed: { dossier, steps }, state, book })
  })
  return { code: dossier.code, findings: pushed.findings, adapters }
}

/** What the partners' formats and the code tables of this moment say of pushed documents. */
export async function partnerReview ({ adapters, books }: Pick<Services, 'adapters' | 'books'>): Promise<(dossier: Dossier) => Finding[]> {
  const asked = [...dossierAdapters(adapters).values()]
  const bookOf = await books.refresh(asked)
  return dossier => asked.flatMap(adapter => mapDossier(adapter, mappable(dossier), bookOf(adapter)).findings)
}

/** The document as a mapping takes it: every step has an id. */
export function mappable ({ progress = [], ...dossier }: Dossier): Mappable {
  const steps = progress.map(step => {
    const { id, ...content } = step
    return { ...step, id: id ?? derivedStepId(content) }
  })
  return { dossier, steps }
}
