import type { Dossier, Progress } from '../../src/model/dossier-types.js'
import { xmlDocument } from '../../src/model/xml-write.js'
import { canonicalSchema } from '../../src/dossier/schemas.js'
import { DOSSIER_NAMESPACE, writeXmlForm } from '../../src/dossier/xml-form.js'

/** A document in its XML form, in our namespace. */
export function asXml (document: Dossier | Progress): string {
  const name = 'steps' in document ? 'progress' : 'dossier'
  return xmlDocument({ ...writeXmlForm(document, name, canonicalSchema(name)), attributes: { xmlns: DOSSIER_NAMESPACE } })
}
