// How the steps of a run are counted and told.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { check, summarised, tests, type Context } from '../../scripts/ci/steps.js'

async function open (t: Test): Promise<Context & { told: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'lienthong-ci-test-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const told: string[] = []
  return {
    root: folder,
    folder,
    environment: { PATH: process.env['PATH'], TMPDIR: folder },
    told,
    tally: { passed: 0, failed: 0 },
    tell: line => { told.push(line) },
    signal: new AbortController().signal
  }
}

const shell = (script: string, name = 'step'): { name: string, seconds: number, command: string[] } => ({ name, seconds: 60, command: ['sh', '-c', script] })

t.test('a check is counted once; what it said is shown where it failed', async t => {
  const context = await open(t)
  await check(context, shell('echo noise', 'good'))
  await check(context, shell('echo reason; exit 2', 'bad'))
  t.strictSame(context.tally, { passed: 1, failed: 1 })
  t.match(context.told, [/^ok {6}good \(\d+ s\)$/, /^FAILED {2}bad \(\d+ s\)$/, '        reason'])
  t.equal(context.told.length, 3)
})

t.test('a step whose last line should be JSON passes only with it', async t => {
  const context = await open(t)
  await summarised(context, shell('echo noise; echo \'{"delivered":3}\''))
  t.strictSame(context.tally, { passed: 1, failed: 0 })
  await summarised(context, shell('echo \'{"delivered":3}\'; echo bye'))
  await summarised(context, shell('echo \'{"delivered":3}\'; exit 1'))
  await summarised(context, shell('true'))
  t.strictSame(context.tally, { passed: 1, failed: 3 })
})

t.test('the assertions of a run of the tests are counted; one without a summary, or with a bad exit, has failed', async t => {
  const context = await open(t)
  const summary = 'echo "# { total: 9, pass: 8, fail: 0, todo: 1, skip: 0 }"'
  await tests(context, { ...shell(summary), mayNotSkip: /redis/ })
  t.strictSame(context.tally, { passed: 8, failed: 0 })
  await tests(context, { ...shell(`${summary}; exit 1`), mayNotSkip: /redis/ })
  await tests(context, { ...shell('true'), mayNotSkip: /redis/ })
  t.strictSame(context.tally, { passed: 16, failed: 2 })
  t.match(context.told.filter(line => !line.startsWith(' ')), [/: 8 passed, 0 failed, 1 known defects/, /^FAILED .*8 passed, 1 failed/, /^FAILED .*0 passed, 1 failed/])
})

t.test('tests that were skipped although their server is there fail the run', async t => {
  const context = await open(t)
  await tests(context, { ...shell('echo "ok 1 - lanes on redis # SKIP no REDIS_URL"; echo "# { total: 1, pass: 1, fail: 0, todo: 0, skip: 0 }"'), mayNotSkip: /redis/i })
  t.strictSame(context.tally, { passed: 1, failed: 1 })
})
