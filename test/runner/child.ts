// Runs the test files named by TEST_FILES in this one process, one after the other: loading the gateway's modules costs
// more than most files do. Each file is a subtest, so its servers are closed before the next file begins.
import { delimiter, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { DIST } from '../support/places.js'
import type { FileResult } from './files.js'

type Root = typeof t

/** Everything of the file's `t` that tap binds to a test. */
function lend (lender: Root, borrower: Root): void {
  for (const name of methods(borrower)) {
    Object.defineProperty(lender, name, {
      value: (...args: unknown[]) => (Reflect.get(borrower, name) as (...args: unknown[]) => unknown).apply(borrower, args),
      configurable: true,
      writable: true
    })
  }
  Object.defineProperty(lender, 'jobs', { get: () => borrower.jobs, set: (jobs: number) => { borrower.jobs = jobs }, configurable: true })
  // What a file allows itself in seconds is for a run of that file alone. Here the runner watches for progress instead:
  // on a busy machine seconds say nothing.
  Object.defineProperty(lender, 'setTimeout', { value: () => {}, configurable: true, writable: true })
}

const LENT = ['test', 'skip', 'todo', 'only', 'before', 'beforeEach', 'afterEach', 'after', 'teardown', 'comment', 'plan', 'end', 'pass', 'fail', 'bailout', 'testdir', 'fixture', 'capture', 'captureFn', 'intercept', 'matchSnapshot', 'ok', 'notOk', 'not', 'equal', 'type', 'same', 'strictSame', 'notSame', 'strictNotSame', 'has', 'notHas', 'hasStrict', 'match', 'notMatch', 'matchOnly', 'matchStrict', 'throws', 'doesNotThrow', 'rejects', 'resolves', 'resolveMatch', 'emits', 'error'] as const

function methods (test: Root): string[] {
  return LENT.filter(name => typeof Reflect.get(test, name) === 'function')
}

function report (result: FileResult): void {
  process.send?.(result)
}

process.channel?.unref()
// The runner was killed: nobody waits for the rest. The group takes what the tests started with it.
process.once('disconnect', () => { process.kill(-process.pid, 'SIGKILL') })
t.setTimeout(0)
// Before it is lent.
const begin = t.test.bind(t)
// Not as arguments: tap names the folders of `testdir` by them.
const files = (process.env['TEST_FILES'] ?? '').split(delimiter).filter(file => file !== '')
delete process.env['TEST_FILES']
for (const file of files) {
  const before = { ...t.counts, cpu: process.cpuUsage(), at: performance.now() }
  // Of the file itself: tap counts one that asserts nothing as one assertion of its parent.
  let asserted = (): number => 0
  await begin(relative(DIST, file), async test => {
    asserted = () => test.counts.total
    test.setTimeout(0)
    lend(t, test as unknown as Root)
    await import(pathToFileURL(file).href)
  })
  const { user, system } = process.cpuUsage(before.cpu)
  const { pass, fail } = t.counts
  report({
    file: relative(DIST, file),
    total: asserted(),
    pass: pass - before.pass,
    fail: fail - before.fail,
    seconds: (performance.now() - before.at) / 1e3,
    cpuSeconds: (user + system) / 1e6
  })
}
