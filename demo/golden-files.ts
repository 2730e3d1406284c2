/**
 * Golden files: for each dossier what the portal must hold in the end, and what the gateway must remark on its first
 * push. They are written by `golden.ts` from the demo's own reading of the contract, reviewed, and committed.
 */
import { readdirSync } from 'node:fs'
import { expectedFindings, type Remark } from './expected-findings.js'
import { isRefused, nationalDossier, nationalStep, type National } from './expected.js'
import { REFUSALS } from './faults.js'
import { firstPushes, readJson, type Fixtures } from './fixtures.js'
import { historiesOf, type History } from './history.js'
import { allTables, firstTables, sayOn } from './tables.js'

export interface Golden {
  code: string
  findings: Remark[]
  /** Nothing where the portal refuses it, by script or for what it lacks. */
  dossier: National | null
  /** In the order in which they happened. */
  steps: National[]
}

/** By the name of the file, as the files of dossiers are named. */
export function goldenOf (fixtures: Fixtures): Map<string, Golden[]> {
  const histories = new Map(acceptedHistories(fixtures).map(history => [history.code, history]))
  return new Map([...fixtures.files].map(([file, dossiers]) => [file, dossiers.map(dossier => {
    const findings = expectedFindings(dossier, firstTables())
    return { code: dossier.code, findings, ...atPortal(histories.get(dossier.code)) }
  })]))
}

/** As if everything was accepted that should be. */
function acceptedHistories (fixtures: Fixtures): History[] {
  const pushes = [...firstPushes(fixtures), ...fixtures.updates].filter(({ expect }) => expect === 'accepted')
  return historiesOf(pushes.map((push, index) => ({ push, outcome: 'accepted', revision: index + 1, findings: [], receipt: '' })))
}

function atPortal (history: History | undefined): Pick<Golden, 'dossier' | 'steps'> {
  const last = history?.revisions.at(-1)
  if (last === undefined || isRefused(last.state) || REFUSALS.some(({ code }) => code === history?.code)) return { dossier: null, steps: [] }
  const say = sayOn(allTables(), last.state.receivedAt)
  const steps = last.steps.toSorted((a, b) => Date.parse(a.occurredAt) - Date.parse(b.occurredAt))
  return { dossier: nationalDossier(last.state, allTables()), steps: steps.map(step => nationalStep(last.state.code, step, say)) }
}

/** A line for each message and each step, so that a change is one line of a review. */
export function goldenText (golden: readonly Golden[]): string {
  return `[\n${golden.map(one => `{"code":${JSON.stringify(one.code)},\n "findings":${lines(one.findings)},\n "dossier":${JSON.stringify(one.dossier)},\n "steps":${lines(one.steps)}}`).join(',\n')}\n]\n`
}

function lines (items: readonly unknown[]): string {
  return items.length === 0 ? '[]' : `[\n  ${items.map(item => JSON.stringify(item)).join(',\n  ')}]`
}

export const GOLDEN_FOLDER = new URL('./golden/', import.meta.url)

export function readGolden (): Map<string, Golden> {
  const files = readdirSync(GOLDEN_FOLDER).filter(name => name.endsWith('.json'))
  return new Map(files.flatMap(name => readJson<Golden[]>(`golden/${name}`)).map(golden => [golden.code, golden]))
}
