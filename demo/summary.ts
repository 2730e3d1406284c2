/** The numbers of a run. Dossiers are counted as accepted or rejected, deliveries by their state. */
import type { Comparison, Difference } from './compare.js'
import type { Delivery } from './deliveries.js'
import type { Golden } from './golden-files.js'
import type { Pushed, Refused } from './push.js'
import type { Unblocking } from './unblocking.js'

/**
 * `accepted` and `rejected` count dossiers (a rejected one was never stored), `unchanged` counts pushes. `delivered`,
 * `refused`, `failed`, `held` and `superseded` count deliveries and add up to `planned`; `retried` of them took more than
 * one attempt; `blocked` of them failed at first for rows that the code tables lacked, and `unblocked` were redriven.
 * `lost`, `reordered` count dossiers, `duplicated` creates, `duplicatedSteps` steps, `differences` members.
 */
export interface Summary {
  accepted: number
  rejected: number
  planned: number
  delivered: number
  refused: number
  failed: number
  held: number
  superseded: number
  retried: number
  unchanged: number
  blocked: number
  unblocked: number
  lost: number
  duplicated: number
  duplicatedSteps: number
  reordered: number
  differences: number
  seconds: number
}

export interface Run {
  pushed: readonly Pushed[]
  rejected: readonly Refused[]
  deliveries: readonly Delivery[]
  unblocking: Unblocking
  comparison: Comparison
}

export function summarise ({ pushed, rejected, deliveries, unblocking, comparison }: Run, seconds: number): Summary {
  const inState = (state: string): number => deliveries.filter(delivery => delivery.state === state).length
  return {
    accepted: new Set(pushed.filter(({ outcome }) => outcome === 'accepted').map(({ push }) => push.code)).size,
    rejected: rejected.filter(({ codes }) => codes.length > 0).length,
    planned: pushed.filter(({ outcome }) => outcome === 'accepted').length,
    delivered: inState('delivered'),
    refused: inState('refused'),
    failed: inState('failed'),
    held: inState('held'),
    superseded: inState('superseded'),
    retried: deliveries.filter(({ attempts }) => attempts > 1).length,
    unchanged: pushed.filter(({ outcome }) => outcome === 'unchanged').length,
    blocked: unblocking.blocked.length,
    unblocked: unblocking.redriven,
    lost: comparison.lost.length,
    duplicated: comparison.duplicated,
    duplicatedSteps: comparison.duplicatedSteps,
    reordered: comparison.reordered.length,
    differences: comparison.differences.length,
    seconds: Number(seconds.toFixed(1))
  }
}

/** Whether everything is where it should be. A repeated step is not counted against it: the portal has no step id. */
export function isClean (summary: Summary): boolean {
  const { planned, delivered, refused, failed, held, superseded } = summary
  return summary.lost === 0 && summary.duplicated === 0 && summary.reordered === 0 && summary.differences === 0 &&
    delivered + refused + failed + held + superseded === planned
}

/** Answers of the gateway other than the script's, as differences. */
export function unexpectedAnswers (pushed: readonly Pushed[], rejected: readonly Refused[]): Difference[] {
  return [
    ...pushed.filter(({ push, outcome }) => outcome !== push.expect)
      .map(({ push, outcome }) => ({ code: push.code, at: 'answer', expected: push.expect, actual: outcome })),
    ...pushed.filter(({ outcome, push, receipt }) => outcome === 'replayed' && receipt !== firstReceipt(pushed, push.idempotencyKey))
      .map(({ push }) => ({ code: push.code, at: 'answer', expected: 'the first answer again', actual: 'another' })),
    ...rejected.filter(({ asExpected }) => !asExpected)
      .map(({ title, codes }) => ({ code: title, at: 'answer', expected: '422 with the errors of demo/rejected.json', actual: codes }))
  ]
}

/** Findings of the first push of each dossier against its golden file. */
export function unexpectedFindings (pushed: readonly Pushed[], golden: ReadonlyMap<string, Golden>): Difference[] {
  const first = new Map([...pushed].reverse().map(one => [one.push.code, one]))
  return [...first.values()].flatMap(({ push: { code }, findings }) => {
    const expected = golden.get(code)?.findings ?? []
    return findings.join() === expected.join() ? [] : [{ code, at: 'findings', expected, actual: findings }]
  })
}

/** A dossier must be blocked when a finding of its push said so, and no other; in the end none is left. */
export function unexpectedBlocks ({ blocked, redriven }: Unblocking, golden: ReadonlyMap<string, Golden>): Difference[] {
  const expected = [...golden.values()].filter(({ findings }) => findings.some(remark => remark.startsWith('error '))).map(({ code }) => code).sort()
  const actual = blocked.map(({ code }) => code)
  return [
    ...(actual.join() === expected.join() ? [] : [{ code: 'code-unmapped', at: 'blocked', expected, actual }]),
    ...(redriven === expected.length ? [] : [{ code: 'code-unmapped', at: 'unblocked', expected: expected.length, actual: redriven }])
  ]
}

function firstReceipt (pushed: readonly Pushed[], key: string | undefined): string | undefined {
  return pushed.find(({ push, outcome }) => push.idempotencyKey === key && outcome !== 'replayed')?.receipt
}
