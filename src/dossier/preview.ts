/** What the partners' formats make of a pushed document: shown in full for a preview, as findings for a receipt. */
import { toHanoi } from '../model/dates.js'
import type { Dossier } from '../model/dossier-types.js'
import type { Finding } from '../model/findings.js'
import { previewState } from '../operations/deliver/reading.sql.js'
import type { CodeBooks } from '../codes/books.js'
import type { Database } from '../db/open.js'
import type { Files } from '../files/open.js'
import { dossierAdapters } from '../adapters/dossier-adapters.js'
import { withAccountOf } from '../adapters/accounts.js'
import { previewDossier, type AdapterPreview } from '../operations/deliver/preview.js'
import { mapDossier, type Mappable } from '../adapters/mapping.js'
import { originRules, recipients } from './origin.js'
import { checkFiles } from './files.js'
import { derivedStepId } from './content.js'
import type { ActiveAdapter } from '../adapters/active-adapter.js'

interface Linking {
  files: Pick<Files, 'links'>
}

/** What looking at a document through the partners' formats needs. */
export interface ReviewContext extends Linking {
  adapters: ReadonlyMap<string, ActiveAdapter>
  books: CodeBooks
}

export interface PreviewAnswer {
  code: string
  findings: Finding[]
  adapters: AdapterPreview[]
}

export async function previewAnswer (context: ReviewContext & { db: Database }, pushed: { dossier: Dossier, findings: Finding[], clientId: string }): Promise<PreviewAnswer> {
  await checkFiles(context.db, pushed.dossier, pushed.clientId)
  const { dossier, steps, fileLink } = mappable(pushed.dossier, context)
  const shown = dossierAdapters(context.adapters)
  const state = await previewState(context.db, dossier.code, [...shown.keys()])
  const bookOf = await context.books.refresh(shown.values())
  const adapters = told(context.adapters, dossier).map(adapter => {
    const book = bookOf(adapter)
    return previewDossier(withAccountOf(adapter, { dossier, book, on: toHanoi(new Date()).slice(0, 10) }), { pushed: { dossier, steps, fileLink }, state, book })
  })
  return { code: dossier.code, findings: pushed.findings, adapters }
}

/** The adapters to which the dossier would go. */
function told (active: ReviewContext['adapters'], { origin }: Pick<Dossier, 'origin'>): ActiveAdapter[] {
  const adapters = dossierAdapters(active)
  const ids = recipients([...adapters.keys()], origin, originRules(adapters.values()))
  return [...adapters.values()].filter(({ manifest }) => ids.includes(manifest.id))
}

/** What the partners' formats and the code tables of this moment say of pushed documents. */
export async function partnerReview ({ adapters, books, files }: ReviewContext): Promise<(dossier: Dossier) => Finding[]> {
  const bookOf = await books.refresh(dossierAdapters(adapters).values())
  return dossier => told(adapters, dossier).flatMap(adapter => mapDossier(adapter, mappable(dossier, { files }), bookOf(adapter)).findings)
}

/** The document as a mapping takes it: every step has an id, and links to files open nothing. */
function mappable ({ progress = [], ...dossier }: Dossier, { files }: Linking): Mappable {
  const steps = progress.map(step => {
    const { id, ...content } = step
    return { ...step, id: id ?? derivedStepId(content) }
  })
  return { dossier, steps, fileLink: files.links.shown }
}
