/** The steps of a run: each is counted, told in one line, and shown in more where it failed. */
import { run, sweep, type Ended, type RunOptions } from './processes.js'
import { skippedFor, summaryOf } from './summary.js'
import { add, excerpt, type Tally } from './tally.js'

export interface Context {
  root: string
  /** TMPDIR of all that is started. */
  folder: string
  environment: NodeJS.ProcessEnv
  tally: Tally
  tell: (line: string) => void
  signal: AbortSignal
}

export interface Step {
  name: string
  seconds: number
  command: readonly string[]
  environment?: NodeJS.ProcessEnv
}

export interface TestsStep extends Step {
  /** Tests skipped for want of these fail the run: it has them. */
  mayNotSkip: RegExp
}

async function runStep (context: Context, step: Step, more: Partial<RunOptions> = {}): Promise<Ended & { took: string }> {
  const started = performance.now()
  const ended = await run(step.command, {
    seconds: step.seconds, cwd: context.root, environment: { ...context.environment, ...step.environment }, signal: context.signal, ...more
  })
  await sweep(context.folder)
  return { ...ended, took: `${Math.round((performance.now() - started) / 1000)} s` }
}

function tellAll ({ tell }: Context, lines: readonly string[]): void {
  for (const line of lines) tell(`        ${line}`)
}

export function failed (context: Context, what: string, lines: readonly string[] = []): void {
  add(context.tally, { passed: 0, failed: 1 })
  context.tell(`FAILED  ${what}`)
  tellAll(context, lines)
}

function passed (context: Context, what: string): void {
  add(context.tally, { passed: 1, failed: 0 })
  context.tell(`ok      ${what}`)
}

/** One check, whatever it prints. */
export async function check (context: Context, step: Step): Promise<void> {
  const ended = await runStep(context, step)
  if (ended.code === 0) passed(context, `${step.name} (${ended.took})`)
  else failed(context, `${step.name} (${ended.took})`, excerpt(ended))
}

/** One check whose last line is its summary, as JSON. */
export async function summarised (context: Context, step: Step): Promise<void> {
  const ended = await runStep(context, step)
  const last = ended.stdout.trimEnd().split('\n').at(-1) ?? ''
  if (ended.code !== 0) failed(context, `${step.name} (${ended.took})`, excerpt(ended))
  else if (!isJson(last)) failed(context, `${step.name}: the last line is no JSON: ${last.slice(0, 200)}`)
  else {
    passed(context, `${step.name} (${ended.took})`)
    tellAll(context, [last.slice(0, 400)])
  }
}

function isJson (text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** A run of the tests: every assertion is counted. Results and failures are shown as they come. */
export async function tests (context: Context, step: TestsStep): Promise<void> {
  const ended = await runStep(context, step, { onLine: line => { tellAll(context, [line]) } })
  const summary = summaryOf(ended.stdout, ended.code)
  add(context.tally, summary)
  const known = summary.known === 0 ? '' : `, ${summary.known} known defects`
  const counts = `${summary.passed} passed, ${summary.failed} failed${known} (${ended.took})`
  context.tell(`${summary.failed === 0 ? 'ok    ' : 'FAILED'}  ${step.name}: ${counts}`)
  if (summary.odd !== undefined) tellAll(context, [summary.odd, ...excerpt({ stdout: '', stderr: ended.stderr })])
  const skipped = skippedFor(ended.stdout, step.mayNotSkip)
  if (skipped.length > 0) failed(context, `${step.name}: skipped although the servers are there`, skipped)
}
