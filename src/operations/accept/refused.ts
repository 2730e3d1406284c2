/** Ends a call of a provincial system with a refusal, and with it the transaction that it began. */
import type { AcceptRefusal } from '../../adapter-kit/contract/accept.js'

export class Refused extends Error {
  readonly refusal: AcceptRefusal

  constructor (refusal: AcceptRefusal) {
    super(`refused: ${refusal.why}`)
    this.name = 'Refused'
    this.refusal = refusal
  }
}
