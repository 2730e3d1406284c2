/** By what the gateway itself tells a partner that calls: where the call comes from, and whose certificate it has. */
import { present } from '../model/present.js'
import { parseNetworks, type Networks } from '../base/addresses.js'
import type { Manifest } from '../adapter-kit/manifest.js'

export const INBOUND_SETTINGS = {
  INBOUND_ALLOW: { type: 'networks' },
  INBOUND_SUBJECTS: { type: 'subjects' }
} as const

export type InboundSettingName = keyof typeof INBOUND_SETTINGS

/** Absent: not asked for. What is set must hold, each of it. */
export interface InboundProof {
  allow?: Networks
  /** Subjects of certificates, as the trusted proxy writes them. */
  subjects?: readonly string[]
}

/** Subjects have commas in them. */
const SUBJECT_DELIMITER = ';'

/** Texts are kept as they are: what they mean was tried. */
export const INBOUND_PARSERS = {
  networks: (text: string) => parseNetworks(parts(text, ',')) === undefined || parts(text, ',').length === 0 ? undefined : parts(text, ','),
  subjects: (text: string) => parts(text, SUBJECT_DELIMITER).length === 0 ? undefined : parts(text, SUBJECT_DELIMITER)
}

export const INBOUND_EXPECTATIONS = {
  networks: 'addresses or networks like 10.1.2.3,10.9.0.0/16',
  subjects: 'subjects of certificates, separated by semicolons, like CN=dvcqg,O=VPCP,C=VN'
}

/** An allow list of an adapter that takes no calls would look like a protection and be none. */
export function readInbound ({ receive }: Manifest, { prefix, read }: { prefix: string, read: (key: InboundSettingName) => readonly string[] | undefined }, problems: string[]): InboundProof {
  const [allow, subjects] = [read('INBOUND_ALLOW'), read('INBOUND_SUBJECTS')]
  if (receive === undefined) {
    for (const [key, value] of Object.entries({ INBOUND_ALLOW: allow, INBOUND_SUBJECTS: subjects })) {
      if (value !== undefined) problems.push(`${prefix}${key}: this adapter takes no calls`)
    }
    return {}
  }
  const networks = allow === undefined ? undefined : parseNetworks(allow)
  return present({ allow: networks, subjects })
}

function parts (text: string, delimiter: string): string[] {
  return text.split(delimiter).map(part => part.trim()).filter(part => part !== '')
}
