/** What costs the province points in the service-quality index (standards §4.2 to §4.4). Nothing of it stops a delivery. */
import { raise, type Finding, type FindingKind, type Path } from '../../../src/model/findings.js'
import { SCORING } from '../findings.js'
import type { Dossier } from '../../../src/model/dossier-types.js'

interface Rule {
  kind: FindingKind
  /** Where the dossier breaks it; `status` is the national one, whatever the province calls it. */
  broken: (dossier: Dossier, status: unknown) => Path[]
}

/** Registered, not accepted; finished, returned (contract §3.1). */
const NOT_YET_ACCEPTED: readonly unknown[] = ['1', '3']
const ENDED_WELL: readonly unknown[] = ['9', '10']

const RULES: readonly Rule[] = [
  { kind: SCORING.channelMissing, broken: dossier => dossier.channel === undefined ? [['channel']] : [] },
  { kind: SCORING.dueDateMissing, broken: ({ dueAt }, status) => dueAt === undefined && !NOT_YET_ACCEPTED.includes(status) ? [['dueAt']] : [] },
  { kind: SCORING.finishTimeMissing, broken: ({ finishedAt }, status) => finishedAt === undefined && ENDED_WELL.includes(status) ? [['finishedAt']] : [] },
  { kind: SCORING.resultIncomplete, broken: ({ results = [] }) => indexes(results, item => !item.code || !item.url).map(index => ['results', index]) },
  { kind: SCORING.zeroFee, broken: ({ fees = [] }) => indexes(fees, isZero).map(index => ['fees', index, 'amount']) },
  {
    kind: SCORING.onlinePaymentUnknown,
    broken: ({ fees = [], onlinePayment }) => onlinePayment === undefined && fees.some(item => !isZero(item)) ? [['onlinePayment']] : []
  },
  { kind: SCORING.severalSupplements, broken: ({ supplements = [] }) => supplements.length > 1 ? [['supplements']] : [] }
]

export function scoringFindings (dossier: Dossier, status: unknown): Finding[] {
  return RULES.flatMap(({ kind, broken }) => broken(dossier, status).map(path => raise(kind, path)))
}

function isZero ({ amount }: { amount: string }): boolean {
  return /^0+$/.test(amount)
}

function indexes<Item> (items: readonly Item[], matches: (item: Item) => boolean): number[] {
  return items.flatMap((item, index) => matches(item) ? [index] : [])
}
