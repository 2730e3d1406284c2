/**
 * `npm run faults`: the gateway's processes on real stores under a steady load, hurt in every way that is listed in
 * `catalogue.ts`; after each fault nothing may be lost, doubled, out of order or stuck (docs/faults.md).
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { dirname } from 'node:path'
import { sql } from 'kysely'
import { killFaults, pointFaults, portalFaults, rareFaults, stopFaults, storeFaults, type Fault } from './fault-list.js'
import { strike, type Result } from './drive.js'
import { planSums } from './evidence.js'
import { randomFrom, readOptions, type Options } from './options.js'
import { failed, page, summarise, told, type Summary } from './report.js'
import { BACKENDS, openStage, type Backend, type Stage } from './stage.js'
import { hasRedis } from './stores.js'

interface Course {
  options: Options
  signal: AbortSignal
  say: (line: string) => void
  random: () => number
  until: number
}

interface Played {
  results: Result[]
  problems: string[]
  stores: string
}

async function main (): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  const ending = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { ending.abort(new Error(`ended by ${signal}`)) })
  const say = (line: string): void => { (options.json ? process.stderr : process.stdout).write(`${line}\n`) }
  const startedAt = new Date()
  say(`seed ${options.seed}`)
  const played: Played[] = []
  for (const backend of backendsOf(options)) {
    const until = startedAt.getTime() + options.minutes * 60_000 * Math.min(1, (played.length + 1) / 2)
    played.push(await play(backend, { options, signal: ending.signal, say, random: randomFrom(options.seed), until }))
  }
  await conclude({ options, startedAt, say }, played)
}

/** A run that is short has one: Redis, as in production, where there is one. */
function backendsOf ({ backend, short }: Options): Backend[] {
  if (backend !== undefined) return [backend]
  if (!hasRedis()) return ['postgresql']
  return short ? ['redis'] : [...BACKENDS]
}

async function play (backend: Backend, course: Course): Promise<Played> {
  const { options, signal, say } = course
  const stage = await openStage({ backend, perSecond: options.perSecond, ownPostgres: !options.short && backend === 'postgresql', signal })
  try {
    const stores = await describeStores(stage)
    say(stores)
    const results = await programme(backend, course)(stage, course)
    return { results, problems: await sumProblems(stage), stores }
  } finally {
    await stage.close()
  }
}

function programme (backend: Backend, { options }: Course): typeof playFull {
  if (options.short) return playShort
  return FEW.includes(backend) ? playFew : playFull
}

async function playShort (stage: Stage, course: Course): Promise<Result[]> {
  const killing = [...pointFaults({ each: false }), ...killFaults(), ...stopFaults()]
  return playAll([...killing, ...storeFaults(), ...portalFaults()], { stage, course, from: 1 })
}

/** Set-ups of Redis that differ in how they are reached and how they fail, not in what the queue does. */
const FEW: readonly Backend[] = ['sentinel', 'cluster']

async function playFew (stage: Stage, course: Course): Promise<Result[]> {
  return playAll([...storeFaults(), ...killFaults()], { stage, course, from: 1 })
}

/** Every fault once for each process, then at random until the time is over. */
async function playFull (stage: Stage, course: Course): Promise<Result[]> {
  const all = [...pointFaults({ each: true }), ...killFaults(), ...stopFaults(), ...storeFaults(), ...rareFaults(), ...portalFaults()]
  const results = await playAll(all, { stage, course, from: 1 })
  while (Date.now() < course.until && !course.signal.aborted) {
    const fault = all[Math.floor(course.random() * all.length)] as Fault
    results.push(...await playAll([fault], { stage, course, from: results.length + 1000 }))
  }
  return results
}

interface Playing {
  stage: Stage
  course: Course
  /** Number of the first fault: part of its dossiers' codes. */
  from: number
}

async function playAll (faults: readonly Fault[], { stage, course, from }: Playing): Promise<Result[]> {
  const { options, signal, say, random } = course
  const results: Result[] = []
  const open = new Set<Promise<void>>()
  try {
    for (const [index, fault] of faults.entries()) {
      if (!fault.kind.includes(options.only) || fault.impossible?.(stage) !== undefined) continue
      signal.throwIfAborted()
      const { result } = await strike(fault, { stage, number: from + index, random, signal })
      const judged = result.then(one => {
        results.push(one)
        say(told(one))
      }).finally(() => { open.delete(judged) })
      open.add(judged)
      while (open.size >= options.overlap) await Promise.race(open)
    }
    await Promise.all(open)
    return results
  } finally {
    // Whoever still judges needs the stage.
    await Promise.allSettled(open)
  }
}

/** Over the whole run: the states add up to what was planned, and no dossier is in a state without an entry. */
async function sumProblems ({ db }: Stage): Promise<string[]> {
  const { planned, deliveries, states } = await planSums(db)
  const sum = Object.values(states).reduce((total, count) => total + count, 0)
  return planned === deliveries && sum === planned ? [] : [`planned ${planned}, deliveries ${deliveries}, states ${JSON.stringify(states)}`]
}

async function describeStores ({ backend, db, postgres }: Stage): Promise<string> {
  const { rows: [row] } = await sql<{ version: string }>`select current_setting('server_version') as version`.execute(db)
  return `queue on ${backend}, PostgreSQL ${row?.version ?? '?'}${postgres.restart === undefined ? '' : ' (private)'}`
}

async function conclude ({ options, startedAt, say }: { options: Options, startedAt: Date, say: (line: string) => void }, played: readonly Played[]): Promise<void> {
  const results = played.flatMap(one => one.results)
  const problems = played.flatMap(one => one.problems)
  for (const problem of problems) say(`FAILED ${problem}`)
  const summary: Summary = summarise(results, problems)
  if (options.report !== undefined) await keep(options.report, page(runOf(options, startedAt, played), results, summary))
  say(`${summary.faults} faults in ${Math.round((Date.now() - startedAt.getTime()) / 1000)} s: ${summary.lost} lost, ${summary.duplicated} duplicated, ${summary.reordered} out of order, ${summary.stuck} stuck, ${summary.problems} other problems`)
  if (options.json) process.stdout.write(`${JSON.stringify(summary)}\n`)
  if (failed(summary)) process.exitCode = 1
}

function runOf (options: Options, startedAt: Date, played: readonly Played[]): Parameters<typeof page>[0] {
  return {
    seed: options.seed,
    command: `npm run faults -- ${process.argv.slice(2).join(' ')}`.trim(),
    machine: `${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`,
    stores: played.map(one => one.stores),
    startedAt: startedAt.toISOString().slice(0, 10),
    minutes: Math.round((Date.now() - startedAt.getTime()) / 60_000)
  }
}

async function keep (file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack ?? error.message : String(error)}\n`)
  process.exitCode = 1
})
