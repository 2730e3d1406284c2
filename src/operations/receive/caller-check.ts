/** Rejects callers before their body is read: it is cheap, and nothing from an unknown caller is parsed. Pure. */
import { isInside } from '../../base/addresses.js'
import { sameText } from '../../adapter-kit/mac.js'
import type { InboundRefusal } from '../../adapter-kit/contract/receive.js'
import type { InboundOperation } from './operations.js'

export interface Caller {
  address: string
  certificateSubject?: string | undefined
}

/** Undefined: let in. What the outcome's refusal names is for our own log: the caller is told the same words each time. */
export function checkCaller ({ closed, proof }: InboundOperation, { address, certificateSubject }: Caller): InboundRefusal | undefined {
  if (closed) return unauthenticated('no-proof-configured')
  if (proof.allow !== undefined && !isInside(proof.allow, address)) return unauthenticated('address-not-allowed')
  if (proof.subjects !== undefined && !proof.subjects.some(subject => sameText(certificateSubject ?? '', subject))) return unauthenticated('certificate-not-allowed')
  return undefined
}

function unauthenticated (code: string): InboundRefusal {
  return { reason: 'unauthenticated', code, message: { vi: 'Không xác thực được bên gọi.', en: 'The caller is not authenticated.' } }
}
