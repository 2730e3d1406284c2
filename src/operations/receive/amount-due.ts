/** What of a dossier's fees is still to be paid. Pure. */
import type { Dossier } from '../../model/dossier-types.js'

/** Fees of a dossier are whole dong (schemas/dossier.json). */
export const DONG = 'VND'

export interface Payment {
  amount: string
  currency: string
  state: 'requested' | 'paid' | 'failed'
}

/** Nobody is asked to pay for a dossier that was not taken in, was withdrawn or stopped. */
const ENDED: ReadonlyArray<Dossier['status']> = ['not-accepted', 'withdrawn', 'stopped']

/** Exact text in dong, or undefined for nothing. Too much that was paid is not asked back. */
export function amountDue (dossier: Dossier, payments: readonly Payment[]): string | undefined {
  // `onlinePayment` says how the fees were paid (national-portal §2.1.1): to ask again would have somebody pay twice.
  if (dossier.onlinePayment !== undefined || ENDED.includes(dossier.status)) return undefined
  const rest = feesOf(dossier) - paidOf(payments)
  return rest > 0n ? rest.toString() : undefined
}

export function feesOf ({ fees = [], supplements = [] }: Dossier): bigint {
  return sum([...fees, ...supplements.flatMap(supplement => supplement.fees ?? [])].map(fee => fee.amount))
}

export function paidOf (payments: readonly Payment[]): bigint {
  return sum(payments.filter(({ state, currency }) => state === 'paid' && currency === DONG).map(payment => payment.amount))
}

function sum (amounts: readonly string[]): bigint {
  return amounts.reduce((total, amount) => total + BigInt(amount), 0n)
}
