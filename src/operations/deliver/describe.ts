/** Turns an outcome that was not `done` into what is stored with the delivery and shown to people. */
import { toHanoi } from '../../model/dates.js'
import type { DeliveryChange } from './interrupted.sql.js'
import type { MissingCode } from '../../db/tables.js'
import { explainFailure } from './explain.js'
import { fingerprint } from './fingerprint.js'
import type { Decision } from './retry.js'
import type { Outcome } from '../../adapter-kit/contract/outcome.js'

export type StoredChange = Pick<DeliveryChange, 'failureKind' | 'failureCode' | 'failure' | 'fingerprint'>

export interface DescribeOptions {
  adapter: string
  at: Date
  missing?: MissingCode[] | undefined
}

export function describeFailure (decision: Decision, outcome: Outcome & { operation?: string }, options: DescribeOptions): StoredChange {
  const { message, cure } = explainFailure(decision, outcome.code, outcome.cure)
  const kind = decision.kind ?? 'transient'
  return {
    failureKind: kind,
    failureCode: outcome.code,
    fingerprint: fingerprint({ adapter: options.adapter, kind, code: outcome.code, words: outcome.words, missing: options.missing }),
    failure: {
      operation: outcome.operation ?? null,
      rule: outcome.rule,
      words: outcome.words,
      status: outcome.answer?.status ?? null,
      message: message.vi,
      messageEn: message.en,
      cure: cure.vi,
      cureEn: cure.en,
      at: toHanoi(options.at),
      ...(options.missing === undefined || options.missing.length === 0 ? {} : { missing: options.missing })
    }
  }
}
