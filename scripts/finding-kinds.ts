/** Every kind of finding that the gateway itself raises; adapters declare theirs in `adapter.ts`. */
import { ACCEPT_KINDS } from '../src/operations/accept/kinds.js'
import type { FindingKind } from '../src/model/findings.js'
import { MAPPING_KINDS } from '../src/adapters/mapping.js'
import { CONTENT_KINDS } from '../src/dossier/content.js'
import { FILE_KINDS } from '../src/dossier/files.js'
import { CODE_KINDS } from '../src/dossier/review/codes.js'
import { CONTACT_KINDS } from '../src/dossier/review/contact.js'
import { IDENTITY_KINDS } from '../src/dossier/review/identity.js'
import { PERSONAL_NUMBER_KINDS } from '../src/dossier/review/personal-number.js'
import { ORIGIN_KINDS } from '../src/dossier/review/origin-kinds.js'
import { STEP_KINDS } from '../src/dossier/review/step-kinds.js'
import { TAX_CODE_KINDS } from '../src/dossier/review/tax-code.js'
import { TEXT_KINDS } from '../src/dossier/review/text.js'
import { TIME_KINDS } from '../src/dossier/review/time-kinds.js'
import { SCHEMA_KINDS } from '../src/dossier/schema-kinds.js'
import { XML_KINDS } from '../src/dossier/xml-kinds.js'

export const GATEWAY_KINDS: readonly FindingKind[] = [
  SCHEMA_KINDS, CONTENT_KINDS, TIME_KINDS, STEP_KINDS, ORIGIN_KINDS, CODE_KINDS, IDENTITY_KINDS, PERSONAL_NUMBER_KINDS, TAX_CODE_KINDS,
  CONTACT_KINDS, TEXT_KINDS, FILE_KINDS, XML_KINDS
].flatMap(kinds => Object.values<FindingKind>(kinds))

/** Raised about an adapter's messages, whichever adapter it is: our faults. */
export const KERNEL_KINDS: readonly FindingKind[] = Object.values(MAPPING_KINDS)

/** Raised about messages in a partner's own format, whichever adapter reads them. */
export const DROP_IN_KINDS: readonly FindingKind[] = Object.values(ACCEPT_KINDS)
