/** The summary that a run of the tests prints at its end: `# { total: 9, pass: 7, fail: 1, todo: 1, skip: 0 }`. */
import type { Tally } from './tally.js'

export interface Summary extends Tally {
  /** Assertions that tap marks `todo`: shown, neither passed nor failed. */
  known: number
  /** Undefined, or why the run is a failure although no assertion failed. */
  odd: string | undefined
}

/** A run without a summary, or one that failed outside of any assertion, is a failure all the same. */
export function summaryOf (output: string, code: number | null): Summary {
  const line = output.split('\n').findLast(line => line.startsWith('# { total: '))
  if (line === undefined) return { passed: 0, failed: 1, known: 0, odd: `no summary (exit ${String(code)})` }
  const number = (name: string): number => Number(new RegExp(`\\b${name}: (\\d+)`).exec(line)?.[1] ?? 0)
  const counted = { passed: number('pass'), failed: number('fail'), known: number('todo'), odd: undefined }
  if (counted.failed > 0 || code === 0) return counted
  return { ...counted, failed: 1, odd: `exit ${String(code)} although no assertion failed` }
}

/** Tests that were skipped for want of what `wanted` names. */
export function skippedFor (output: string, wanted: RegExp): string[] {
  return output.split('\n').filter(line => line.includes('# SKIP') && wanted.test(line))
}
