/** Findings about a document that no schema can express. Pure; `adapters` add what their partner will not take. */
import type { Dossier, Progress } from '../model/dossier-types.js'
import type { Finding } from '../model/findings.js'
import { reviewAccount, reviewCodes } from './review/codes.js'
import { reviewContact } from './review/contact.js'
import { reviewIdentity } from './review/identity.js'
import { reviewPersonalNumbers } from './review/personal-number.js'
import { reviewSteps } from './review/steps.js'
import { reviewTaxCodes } from './review/tax-code.js'
import { reviewText } from './review/text.js'
import { futureTimes, impossibleTimes, reviewSupplements, timesOutOfOrder } from './review/times.js'

/** More of one kind would hide the others; the first ones show the fault. */
const MAX_OF_A_KIND = 20

/** `now` decides what lies in the future, and nothing else. */
export function reviewDossier (dossier: Dossier, now: Date): Finding[] {
  const { progress = [], receivedAt } = dossier
  return limited([
    ...reviewCodes(dossier),
    ...reviewAccount(dossier),
    ...reviewIdentity(dossier),
    ...reviewPersonalNumbers(dossier),
    ...reviewTaxCodes(dossier),
    ...reviewContact(dossier),
    ...impossibleTimes(dossier),
    ...timesOutOfOrder(dossier),
    ...futureTimes(dossier, now),
    ...reviewSupplements(dossier, now),
    ...reviewSteps({ steps: progress, at: 'progress', receivedAt }, now),
    ...reviewText(dossier)
  ])
}

/** The order of its times against those of the stored dossier is looked at where that is known, in intake. */
export function reviewProgress (progress: Progress, now: Date): Finding[] {
  return limited([
    ...impossibleTimes(progress),
    ...futureTimes(progress, now),
    ...reviewSteps({ steps: progress.steps, at: 'steps' }, now),
    ...reviewText(progress)
  ])
}

export function limited (findings: readonly Finding[]): Finding[] {
  const counts = new Map<string, number>()
  return findings.filter(({ code }) => {
    const count = (counts.get(code) ?? 0) + 1
    counts.set(code, count)
    return count <= MAX_OF_A_KIND
  })
}
