/** Compares what the portal holds with the golden files, field by field and step by step, and the way it came there. Pure. */
import { nationalDossier, type National } from './expected.js'
import type { Golden } from './golden-files.js'
import type { History } from './history.js'
import type { HeldDossier, Portal } from './portal.js'
import type { Tables } from './tables.js'
import { canonicalText, different } from './values.js'

export interface Difference {
  code: string
  /** The national member, like `DanhSachLePhi[0].Gia`, or what else is not as it should be. */
  at: string
  expected: unknown
  actual: unknown
}

export interface Comparison {
  /** Accepted dossiers that are neither at the portal in their last state, steps included, nor refused by it. */
  lost: string[]
  /** Creates that were accepted again for a dossier that was there. */
  duplicated: number
  /** Arrivals of a step beyond its first. */
  duplicatedSteps: number
  /** Dossiers whose states, or steps, did not arrive in the order in which they happened. */
  reordered: string[]
  differences: Difference[]
}

export interface CompareInput {
  histories: readonly History[]
  portal: Portal
  /** What it must hold in the end, by dossier. */
  golden: ReadonlyMap<string, Golden>
  /** For the states on the way there. */
  tables: Tables
  /** State of the delivery of a revision, by `deliveryKey`. */
  states: ReadonlyMap<string, string>
  /** Dossiers that the portal must refuse. */
  refusals: ReadonlySet<string>
}

export function deliveryKey (code: string, revision: number): string {
  return `${code} ${revision}`
}

export function compare (input: CompareInput): Comparison {
  const total: Comparison = { lost: [], duplicated: 0, duplicatedSteps: 0, reordered: [], differences: [] }
  for (const history of input.histories) compareDossier(history, input, total)
  const known = new Set(input.histories.map(({ code }) => code))
  for (const code of input.portal.dossiers.keys()) {
    if (!known.has(code)) total.differences.push({ code, at: 'MaHoSo', expected: 'a dossier that was accepted', actual: 'at the portal' })
  }
  return total
}

function compareDossier (history: History, input: CompareInput, total: Comparison): void {
  const { code } = history
  const last = history.revisions.at(-1)
  const refused = last !== undefined && input.states.get(deliveryKey(code, last.number)) === 'refused'
  if (refused !== input.refusals.has(code)) {
    total.differences.push({ code, at: 'refused', expected: input.refusals.has(code), actual: refused })
  }
  const golden = input.golden.get(code)
  const held = input.portal.dossiers.get(code)
  if (golden === undefined) {
    total.differences.push({ code, at: 'demo/golden', expected: 'an entry', actual: 'none' })
    return
  }
  if (golden.dossier === null) {
    if (held !== undefined) total.differences.push({ code, at: 'MaHoSo', expected: 'nothing: it was refused', actual: 'at the portal' })
    return
  }
  if (held === undefined) {
    total.lost.push(code)
    return
  }
  const states = statesOf(history, input).slice(0, refused ? -1 : undefined)
  compareHeld({ golden, states, held, unanswered: input.portal.unansweredProgress.has(code) }, total)
}

/** Of its revisions, as texts to compare by. */
function statesOf ({ revisions }: History, { tables }: CompareInput): string[] {
  return revisions.map(({ state }) => canonicalText(nationalDossier(state, tables)))
}

interface Pair {
  golden: Golden
  states: string[]
  held: HeldDossier
  /** A repeated step is allowed: the portal did the work and its answer was lost. */
  unanswered: boolean
}

function compareHeld ({ golden, states, held, unanswered }: Pair, total: Comparison): void {
  const { code } = golden
  const order = orderOfStates(states, held.writes.map(({ dossier }) => canonicalText(dossier)))
  const steps = compareSteps(golden, held)
  total.duplicated += Math.max(0, held.creates - 1)
  total.duplicatedSteps += steps.repeated
  if (order.reordered || steps.reordered) total.reordered.push(code)
  if (order.endsEarlier || steps.missing > 0) total.lost.push(code)
  total.differences.push(
    ...different(golden.dossier, held.writes.at(-1)?.dossier, '').map(found => ({ code, ...found })),
    ...(order.strange > 0 ? [{ code, at: 'DongBoHoSoMC', expected: 'states of revisions', actual: `${order.strange} others before the last` }] : []),
    ...steps.differences,
    ...(steps.repeated > 0 && !unanswered ? [{ code, at: 'CapNhatTienDoHoSoMC', expected: 'each step once', actual: `${steps.repeated} repeated` }] : [])
  )
}

export interface StateOrder {
  /** A state came after a later one. */
  reordered: boolean
  /** The last thing written is a state before the last one. */
  endsEarlier: boolean
  /** Writes before the last that are no revision's state. */
  strange: number
}

/** Two revisions may look alike at the portal, so each write counts as the earliest one that keeps the order. */
export function orderOfStates (states: readonly string[], writes: readonly string[]): StateOrder {
  let at = 0
  let reordered = false
  for (const write of writes) {
    const next = states.indexOf(write, at)
    if (next >= 0) at = next
    else if (states.includes(write)) reordered = true
  }
  const last = writes.at(-1)
  return {
    reordered,
    endsEarlier: last !== undefined && states.includes(last) && last !== states.at(-1),
    strange: writes.slice(0, -1).filter(write => !states.includes(write)).length
  }
}

interface StepsResult {
  missing: number
  repeated: number
  reordered: boolean
  differences: Difference[]
}

/** A step has no id at the portal: its time and its words tell which one it is. */
function compareSteps ({ code, steps }: Golden, held: HeldDossier): StepsResult {
  const expected = new Map(steps.map(step => [stepKey(step), step]))
  const arrived = new Map<string, National>()
  for (const { step } of held.steps) if (!arrived.has(stepKey(step))) arrived.set(stepKey(step), step)
  const missing = [...expected.keys()].filter(key => !arrived.has(key))
  return {
    missing: missing.length,
    repeated: held.steps.length - arrived.size,
    reordered: !isChronological([...arrived.values()]),
    differences: [
      ...missing.map(key => ({ code, at: `step ${key}`, expected: 'once', actual: 'missing' })),
      ...[...arrived].flatMap(([key, step]) => different(expected.get(key), step, `step ${key}`).map(found => ({ code, ...found })))
    ]
  }
}

function stepKey (step: National): string {
  return `${String(step['ThoiDiemXuLy'])} ${String(step['NoiDungXuLy'])}`
}

function isChronological (steps: readonly National[]): boolean {
  return steps.every((step, index) => index === 0 || String(steps[index - 1]?.['ThoiDiemXuLy']) <= String(step['ThoiDiemXuLy']))
}
