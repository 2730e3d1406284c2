/** `POST /v1/dossiers/preview`. */
import { toHanoi } from '../../model/dates.js'
import type { Dossier } from '../../model/dossier-types.js'
import type { Finding } from '../../model/findings.js'
import { previewState } from '../../operations/deliver/reading.sql.js'
import type { ActiveAdapter } from '../../operations/deliver/context.js'
import { dossierAdapters } from '../../adapters/dossier-adapters.js'
import { asUnit } from '../../adapters/accounts.js'
import { previewDossier, type AdapterPreview } from '../../operations/deliver/preview.js'
import { mapDossier, type Mappable } from '../../adapters/mapping.js'
import { originRules, recipients } from '../../dossier/origin.js'
import { checkFiles } from '../../dossier/files.js'
import { derivedStepId } from '../../dossier/content.js'
import type { Services } from '../../process/services.js'

export interface PreviewAnswer {
  code: string
  findings: Finding[]
  adapters: AdapterPreview[]
}

export async function previewAnswer (services: Services, pushed: { dossier: Dossier, findings: Finding[], clientId: string }): Promise<PreviewAnswer> {
  await checkFiles(services.db, pushed.dossier, pushed.clientId)
  const { dossier, steps, fileLink } = mappable(pushed.dossier, services)
  const shown = dossierAdapters(services.adapters)
  const state = await previewState(services.db, dossier.code, [...shown.keys()])
  const bookOf = await services.books.refresh(shown.values())
  const adapters = told(services.adapters, dossier).map(adapter => {
    const book = bookOf(adapter)
    return previewDossier(asUnit(adapter, { dossier, book, on: toHanoi(new Date()).slice(0, 10) }), { pushed: { dossier, steps, fileLink }, state, book })
  })
  return { code: dossier.code, findings: pushed.findings, adapters }
}

/** The adapters to which the dossier would go. */
function told (active: Services['adapters'], { origin }: Pick<Dossier, 'origin'>): ActiveAdapter[] {
  const adapters = dossierAdapters(active)
  const ids = recipients([...adapters.keys()], origin, originRules(adapters.values()))
  return [...adapters.values()].filter(({ manifest }) => ids.includes(manifest.id))
}

interface Linking {
  files: Pick<Services['files'], 'links'>
}

/** What the partners' formats and the code tables of this moment say of pushed documents. */
export async function partnerReview ({ adapters, books, files }: Pick<Services, 'adapters' | 'books'> & Linking): Promise<(dossier: Dossier) => Finding[]> {
  const bookOf = await books.refresh(dossierAdapters(adapters).values())
  return dossier => told(adapters, dossier).flatMap(adapter => mapDossier(adapter, mappable(dossier, { files }), bookOf(adapter)).findings)
}

/** The document as a mapping takes it: every step has an id, and links to files open nothing. */
export function mappable ({ progress = [], ...dossier }: Dossier, { files }: Linking): Mappable {
  const steps = progress.map(step => {
    const { id, ...content } = step
    return { ...step, id: id ?? derivedStepId(content) }
  })
  return { dossier, steps, fileLink: files.links.shown }
}
