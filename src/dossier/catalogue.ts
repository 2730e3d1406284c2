/** Every kind of finding that the gateway itself raises; adapters declare theirs in `adapter.ts`. */
import { ACCEPT_KINDS } from '../accept/kinds.js'
import type { FindingKind } from '../adapter-kit/findings.js'
import { MAPPING_KINDS } from '../delivery/mapping.js'
import { CONTENT_KINDS } from './content.js'
import { FILE_KINDS } from './files.js'
import { CODE_KINDS } from './review/codes.js'
import { CONTACT_KINDS } from './review/contact.js'
import { IDENTITY_KINDS } from './review/identity.js'
import { PERSONAL_NUMBER_KINDS } from './review/personal-number.js'
import { ORIGIN_KINDS } from './review/origin-kinds.js'
import { STEP_KINDS } from './review/step-kinds.js'
import { TAX_CODE_KINDS } from './review/tax-code.js'
import { TEXT_KINDS } from './review/text.js'
import { TIME_KINDS } from './review/time-kinds.js'
import { SCHEMA_KINDS } from './schema-kinds.js'
import { XML_KINDS } from './xml-kinds.js'

export const GATEWAY_KINDS: readonly FindingKind[] = [
  SCHEMA_KINDS, CONTENT_KINDS, TIME_KINDS, STEP_KINDS, ORIGIN_KINDS, CODE_KINDS, IDENTITY_KINDS, PERSONAL_NUMBER_KINDS, TAX_CODE_KINDS,
  CONTACT_KINDS, TEXT_KINDS, FILE_KINDS, XML_KINDS
].flatMap(kinds => Object.values<FindingKind>(kinds))

/** Raised about an adapter's messages, whichever adapter it is: our faults. */
export const KERNEL_KINDS: readonly FindingKind[] = Object.values(MAPPING_KINDS)

/** Raised about messages in a partner's own format, whichever adapter reads them. */
export const DROP_IN_KINDS: readonly FindingKind[] = Object.values(ACCEPT_KINDS)
