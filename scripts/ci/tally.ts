/** What passed and failed, and how it is told. */

export interface Tally {
  passed: number
  failed: number
}

export function add (tally: Tally, { passed, failed }: Tally): void {
  tally.passed += passed
  tally.failed += failed
}

/** The last line of a run; others read it. */
export function lastLine ({ passed, failed }: Tally): string {
  return `${passed} passed, ${failed} failed`
}

/** A run that checked nothing is no success. */
export function exitCode ({ passed, failed }: Tally): 0 | 1 {
  return failed === 0 && passed > 0 ? 0 : 1
}

/** The ends of both outputs of a step that failed, narrow enough for a log. */
export function excerpt ({ stdout, stderr }: { stdout: string, stderr: string }, lines = 40): string[] {
  return [stdout, stderr].flatMap(text => text.trimEnd().split('\n').slice(-lines)).filter(line => line !== '').map(line => line.slice(0, 300))
}
