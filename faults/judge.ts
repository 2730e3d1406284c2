/**
 * Conservation, judged after a fault: what was accepted against what the gateway's rows say and what the portal's
 * stand-in received. Pure.
 */
import type { Accepted } from './load.js'

/** A dossier in the gateway's rows. */
export interface Rows {
  revision: number
  /** State of the delivery of each revision, in order, with the code of its failure. */
  states: string[]
  /** Steps that the audit log says may have arrived twice. */
  possibleDuplicates: number
  /** The lane's row, for who must find out why it stands still. */
  lane: string
}

/** A dossier in the stand-in's record. */
export interface Received {
  creates: number
  /** Number in the summary of each write, in order of arrival. */
  summaries: number[]
  /** In order of arrival; `occurrence` 2 is the first repetition. */
  steps: Array<{ content: string, occurrence: number }>
}

export interface Verdict {
  lost: string[]
  duplicated: string[]
  reordered: string[]
  stuck: string[]
  /** Repetitions of steps, each said in the audit log. */
  duplicatedSteps: number
}

const ENDED_WELL = ['delivered', 'superseded']

export function judge (accepted: Accepted, rows: Rows | undefined, received: Received | undefined): Verdict {
  const repeated = received?.steps.filter(({ occurrence }) => occurrence > 1).length ?? 0
  const unmarked = repeated - (rows?.possibleDuplicates ?? 0)
  const say = (found: readonly string[]): string[] => found.map(text => `${accepted.code}: ${text}`)
  return {
    lost: say([...lostInRows(accepted, rows), ...lostAtPortal(accepted, received)]),
    duplicated: say([
      ...(received !== undefined && received.creates > 1 ? [`created ${received.creates} times`] : []),
      ...(unmarked > 0 ? [`${unmarked} of ${repeated} repeated steps are not marked as possible duplicates`] : [])
    ]),
    reordered: say(disorder(received)),
    stuck: say(stuckRevisions(rows)),
    duplicatedSteps: repeated
  }
}

function lostInRows ({ revision }: Accepted, rows: Rows | undefined): string[] {
  if (rows === undefined) return ['accepted, and not in the database']
  if (rows.revision < revision) return [`revision ${revision} was accepted, the database has ${rows.revision}`]
  return rows.states.length < rows.revision ? [`${rows.revision} revisions, ${rows.states.length} deliveries`] : []
}

function lostAtPortal ({ summary, steps }: Accepted, received: Received | undefined): string[] {
  if (received === undefined || received.creates === 0) return ['not at the portal']
  const last = received.summaries.at(-1)
  const missing = steps.filter(content => !received.steps.some(step => step.content === content))
  return [
    ...(last === summary ? [] : [`the portal ends with "Lần ${last}", pushed last was "Lần ${summary}"`]),
    ...(missing.length === 0 ? [] : [`steps missing at the portal: ${missing.join(', ')}`])
  ]
}

/** A repetition may come late; what comes for the first time must be newer than all before it. */
function disorder (received: Received | undefined): string[] {
  const first = (received?.steps ?? []).filter(({ occurrence }) => occurrence === 1).map(({ content }) => Number(/\d+$/.exec(content)?.[0]))
  return [
    ...(ascending(received?.summaries ?? []) ? [] : [`revisions arrived as ${received?.summaries.join(', ')}`]),
    ...(ascending(first) ? [] : [`steps arrived as ${first.join(', ')}`])
  ]
}

function ascending (numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number >= (numbers[index - 1] ?? 0))
}

/** Nothing in this load may be refused, fail or wait for a person: such an end is no better than none. */
function stuckRevisions (rows: Rows | undefined): string[] {
  return (rows?.states ?? []).flatMap((state, index) => ENDED_WELL.includes(state.split(' ')[0] ?? '') ? [] : [`revision ${index + 1} is ${state}, ${rows?.lane}`])
}

export function together (verdicts: readonly Verdict[]): Verdict {
  return {
    lost: verdicts.flatMap(({ lost }) => lost),
    duplicated: verdicts.flatMap(({ duplicated }) => duplicated),
    reordered: verdicts.flatMap(({ reordered }) => reordered),
    stuck: verdicts.flatMap(({ stuck }) => stuck),
    duplicatedSteps: verdicts.reduce((sum, verdict) => sum + verdict.duplicatedSteps, 0)
  }
}

export function isClean ({ lost, duplicated, reordered, stuck }: Verdict): boolean {
  return [lost, duplicated, reordered, stuck].every(list => list.length === 0)
}
