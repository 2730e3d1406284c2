// `npm test`: all test files, or those given (names in test/, without .ts). tap's own command starts every file with
// loaders that these compiled files do not need, which doubles the start of each; and several files share a process here.
import { availableParallelism } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { testFiles, unitsOf, type FileResult } from './runner/files.js'
import { NONE, runUnit, type Counts, type UnitResult } from './runner/unit.js'
import { DIST } from './support/places.js'
import { openStores } from './support/stores.js'

const FOLDER = join(DIST, 'test')
/** One more than cores: files wait for servers and partners as often as they compute. */
const JOBS = Number(process.env['TEST_JOBS'] ?? availableParallelism() + 1)
/** Bounds what hangs, not what is slow: a process is cut only when it says nothing for so long. */
const SILENCE_MS = 300_000
const CAP_MS = 30 * 60_000

const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { stopping.abort() })

function tell (line: string): void {
  process.stdout.write(`${line}\n`)
}

function tellFile ({ file, total, fail, seconds, cpuSeconds }: FileResult): void {
  tell(`${fail === 0 ? 'ok' : 'not ok'} - ${relative('test', file)} (${total}, ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU)`)
}

function tellUnit ({ failures, skipped }: UnitResult): void {
  for (const line of skipped) tell(line)
  for (const failure of failures) tell(failure.replace(/^/gm, '    | '))
}

async function runAll (units: readonly string[][]): Promise<UnitResult[]> {
  const waiting = [...units]
  const results: UnitResult[] = []
  await Promise.all(Array.from({ length: JOBS }, async () => {
    for (let files; !stopping.signal.aborted && (files = waiting.shift()) !== undefined;) {
      const result = await runUnit(files, { silenceMs: SILENCE_MS, capMs: CAP_MS, onFile: tellFile, signal: stopping.signal })
      tellUnit(result)
      results.push(result)
    }
  }))
  return results
}

function sum (results: readonly UnitResult[]): Counts {
  return results.reduce((sum, { counts }) => ({
    total: sum.total + counts.total,
    pass: sum.pass + counts.pass,
    fail: sum.fail + counts.fail,
    todo: sum.todo + counts.todo,
    skip: sum.skip + counts.skip
  }), NONE)
}

const named = process.argv.slice(2).map(name => resolve(FOLDER, name.replace(/^.*?\btest\//, '').replace(/(\.test)?(\.[jt]s)?$/, '.test.js')))
const files = named.length === 0 ? await testFiles(FOLDER) : named
const started = performance.now()
const closeStores = await openStores()
let counts = NONE
try {
  counts = sum(await runAll(unitsOf(files, FOLDER)))
} finally {
  await closeStores()
}
tell(`# { total: ${counts.total}, pass: ${counts.pass}, fail: ${counts.fail}, todo: ${counts.todo}, skip: ${counts.skip} }`)
tell(`# ${files.length} files, ${((performance.now() - started) / 1000).toFixed(0)} s`)
// Whatever a server's pool still holds open must not keep a run from ending.
process.exit(counts.fail === 0 && counts.pass > 0 && !stopping.signal.aborted ? 0 : 1)
