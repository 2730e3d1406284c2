/** What a run came to: the line for scripts, the lines for people, the page for `bench/faults.md`. Pure. */
import type { Result } from './drive.js'
import { isClean, together, type Verdict } from './judge.js'

export interface Summary {
  lost: number
  duplicated: number
  duplicatedSteps: number
  reordered: number
  stuck: number
  /** A process that crashed, a stop out of order, a point that nobody passed, an answer that no fault explains. */
  problems: number
  /** Per kind of fault, the longest time to the first delivery that ended after it. */
  recoverySeconds: Record<string, number>
  /** The longest time until all that the fault could touch had ended. */
  settledSeconds: Record<string, number>
  faults: number
}

export function summarise (results: readonly Result[], extraProblems: readonly string[] = []): Summary {
  const verdict = together(results.map(result => result.verdict))
  return {
    lost: verdict.lost.length,
    duplicated: verdict.duplicated.length,
    duplicatedSteps: verdict.duplicatedSteps,
    reordered: verdict.reordered.length,
    stuck: verdict.stuck.length,
    problems: results.reduce((sum, { problems }) => sum + problems.length, extraProblems.length),
    recoverySeconds: longest(results, result => result.firstSeconds),
    settledSeconds: longest(results, result => result.allSeconds),
    faults: results.length
  }
}

export function failed ({ lost, duplicated, reordered, stuck, problems, faults }: Summary): boolean {
  return lost + duplicated + reordered + stuck + problems > 0 || faults === 0
}

function longest (results: readonly Result[], of: (result: Result) => number | undefined): Record<string, number> {
  const kinds = [...new Set(results.map(({ kind }) => kind))]
  return Object.fromEntries(kinds.flatMap(kind => {
    const times = results.filter(result => result.kind === kind).map(of).filter(time => time !== undefined)
    return times.length === 0 ? [] : [[kind, Math.max(...times)]]
  }))
}

const MOST_TOLD = 12

/** One line of a fault that went well; of another all that helps to find it. */
export function told (result: Result): string {
  const { number, backend, kind, who, verdict, problems, dossiers, firstSeconds, allSeconds } = result
  const head = `${isClean(verdict) && problems.length === 0 ? 'ok    ' : 'FAILED'} ${String(number).padStart(3)} ${backend} ${kind}${who === '' ? '' : ` (${who})`}`
  const facts = `${dossiers} dossiers, first after ${firstSeconds ?? '–'} s, all after ${allSeconds ?? '–'} s${verdict.duplicatedSteps === 0 ? '' : `, ${verdict.duplicatedSteps} steps twice`}`
  return [`${head}: ${facts}`, ...complaints(verdict, problems)].join('\n')
}

function complaints (verdict: Verdict, problems: readonly string[]): string[] {
  const named = (['lost', 'duplicated', 'reordered', 'stuck'] as const).flatMap(name => verdict[name].map(text => `${name}: ${text}`))
  const all = [...problems.map(text => `problem: ${text}`), ...named]
  const shown = all.slice(0, MOST_TOLD).map(text => `         ${text}`)
  return all.length > MOST_TOLD ? [...shown, `         … and ${all.length - MOST_TOLD} more`] : shown
}

export interface Run {
  seed: number
  command: string
  machine: string
  stores: readonly string[]
  startedAt: string
  minutes: number
}

/** The page that is kept. */
export function page (run: Run, results: readonly Result[], summary: Summary): string {
  const kinds = [...new Set(results.map(({ backend, kind }) => `${backend}\t${kind}`))]
  const rows = kinds.map(key => row(key, results.filter(({ backend, kind }) => `${backend}\t${kind}` === key)))
  const bad = results.filter(({ verdict, problems }) => !isClean(verdict) || problems.length > 0)
  return [
    '# Fault run',
    '',
    `\`${run.command}\`, seed ${run.seed}, ${run.startedAt}, ${run.minutes} minutes, ${run.machine}. ${run.stores.join('; ')}.`,
    'What it does and what each column means: [docs/faults.md](../docs/faults.md).',
    '',
    `**${summary.faults} faults: ${summary.lost} lost, ${summary.duplicated} duplicated, ${summary.reordered} out of order, ${summary.stuck} stuck,`,
    `${summary.problems} other problems.** ${summary.duplicatedSteps} progress steps arrived twice, each marked in the audit log.`,
    '',
    '| queue | fault | times | dossiers | first ended after, s (median, most) | all settled after, s (median, most) | steps twice | verdict |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
    ...(bad.length === 0 ? [] : ['', '## What failed', '', '```', ...bad.map(told), '```']),
    ''
  ].join('\n')
}

function row (key: string, results: readonly Result[]): string {
  const [backend, kind] = key.split('\t')
  const { verdict } = { verdict: together(results.map(result => result.verdict)) }
  const clean = isClean(verdict) && results.every(({ problems }) => problems.length === 0)
  const dossiers = results.reduce((sum, result) => sum + result.dossiers, 0)
  return `| ${backend} | ${kind} | ${results.length} | ${dossiers} | ${spread(results.map(result => result.firstSeconds))} | ${spread(results.map(result => result.allSeconds))} | ${verdict.duplicatedSteps} | ${clean ? 'held' : '**failed**'} |`
}

function spread (times: ReadonlyArray<number | undefined>): string {
  const sorted = times.filter(time => time !== undefined).sort((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)]
  return median === undefined ? '–' : `${median.toFixed(1)}, ${sorted.at(-1)?.toFixed(1)}`
}
