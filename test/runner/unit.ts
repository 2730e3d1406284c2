/** One process of tests, from its start to its end. */
import { spawn, type ChildProcess } from 'node:child_process'
import { delimiter, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BASE, DIST } from '../support/places.js'
import { failuresIn } from './failures.js'
import type { FileResult } from './files.js'

export interface UnitResult {
  files: FileResult[]
  /** Of the process's own summary, which counts what failed outside of any file, too. */
  counts: Counts
  /** Empty where nothing failed. */
  failures: string[]
  skipped: string[]
}

export interface Counts { total: number, pass: number, fail: number, todo: number, skip: number }

export interface UnitOptions {
  /** Longest time without a line of output or a result. */
  silenceMs: number
  /** However much it says. */
  capMs: number
  onFile: (result: FileResult) => void
  signal: AbortSignal
}

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url))
/** For tap to say what was pending, and for servers to stop in order. */
const LAST_WORDS_MS = 5_000

/** Runs the files; ends what they left running. */
export async function runUnit (files: readonly string[], options: UnitOptions): Promise<UnitResult> {
  const results: FileResult[] = []
  const child = spawn(process.execPath, ['--enable-source-maps', CHILD], {
    // A group of its own: what a test leaves running is ended with it.
    detached: true,
    env: { ...process.env, TMPDIR: BASE, TEST_FILES: files.join(delimiter) },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc']
  })
  const watch = watchProgress(child, options)
  let output = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk
    watch.progress()
  })
  child.on('message', message => {
    // tap has messages of its own on this channel.
    if (!isFileResult(message)) return
    results.push(message)
    options.onFile(message)
    watch.progress()
  })
  const code = await new Promise<number | null>(resolve => {
    child.once('exit', (code, signal) => { resolve(signal === null ? code : null) })
    child.once('error', () => { resolve(null) })
  })
  // Its children may hold the pipe open: they end first.
  endGroup(child, 'SIGKILL')
  await new Promise<void>(resolve => { child.stdout?.readableEnded === true ? resolve() : child.once('close', () => { resolve() }) })
  const wanted = files.map(file => relative(DIST, file))
  return judged({ wanted, files: results, output, code, cut: watch.stop() })
}

function isFileResult (message: unknown): message is FileResult {
  return typeof message === 'object' && message !== null && 'cpuSeconds' in message
}

/** Ends a process that makes no progress; `stop` tells why, where it did. */
export function watchProgress (child: ChildProcess, { silenceMs, capMs, signal }: UnitOptions): { progress: () => void, stop: () => string | undefined } {
  let reason: string | undefined
  const cut = (why: string) => (): void => {
    reason ??= why
    child.kill('SIGTERM')
    setTimeout(() => { endGroup(child, 'SIGKILL') }, LAST_WORDS_MS).unref()
  }
  const interrupted = cut('interrupted')
  signal.addEventListener('abort', interrupted)
  const cap = setTimeout(cut(`no end within ${capMs / 1000} s`), capMs)
  const silence = setTimeout(cut(`no progress within ${silenceMs / 1000} s`), silenceMs)
  return {
    progress: () => { silence.refresh() },
    stop: () => {
      clearTimeout(cap)
      clearTimeout(silence)
      signal.removeEventListener('abort', interrupted)
      return reason
    }
  }
}

function endGroup ({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // Nobody is left in it.
  }
}

interface Ended { wanted: readonly string[], files: FileResult[], output: string, code: number | null, cut: string | undefined }

/** A process that died, was cut off, failed outside of any assertion or left a file out is a failure all the same. */
export function judged ({ wanted, files, output, code, cut }: Ended): UnitResult {
  const summary = countsIn(output)
  const counts = summary ?? files.reduce((sum, file) => ({ ...sum, total: sum.total + file.total, pass: sum.pass + file.pass, fail: sum.fail + file.fail }), NONE)
  const failures = failuresIn(output)
  const odd = cut ?? oddEnd(summary, code) ?? leftOut(wanted, files)
  if (odd !== undefined && (counts.fail === 0 || cut !== undefined)) {
    counts.fail++
    counts.total++
    failures.push(`the process of these tests: ${odd}; its last lines:\n${output.split('\n').slice(-30).join('\n')}`)
  }
  return { files, counts, failures, skipped: output.split('\n').filter(line => /^ *ok .*# SKIP/.test(line)).map(line => line.trim()) }
}

function oddEnd (summary: Counts | undefined, code: number | null): string | undefined {
  if (summary === undefined) return `ended with ${String(code)} and no summary`
  return code === 0 ? undefined : `ended with ${String(code)}`
}

/** A file that asserts nothing would pass whatever is broken. */
function leftOut (wanted: readonly string[], files: readonly FileResult[]): string | undefined {
  const idle = wanted.filter(name => !files.some(({ file, total }) => file === name && total > 0))
  return idle.length === 0 ? undefined : `ran no assertion of ${idle.join(', ')}`
}

export const NONE: Counts = { total: 0, pass: 0, fail: 0, todo: 0, skip: 0 }

/** tap's last line but one: `# { total: 7, pass: 5, fail: 1, todo: 1 }`; what it does not name is none. */
export function countsIn (output: string): Counts | undefined {
  const line = output.split('\n').findLast(line => /^# \{ total: /.test(line))
  if (line === undefined) return undefined
  const numbers = Object.fromEntries([...line.matchAll(/(\w+): (\d+)/g)].map(([, name, number]) => [name, Number(number)]))
  return { ...NONE, ...numbers }
}
