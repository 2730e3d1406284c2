// What a run of the CI concludes from the output of the tests.
import t from 'tap'
import { skippedFor, summaryOf } from '../../scripts/ci/summary.js'
import { add, excerpt, exitCode, lastLine } from '../../scripts/ci/tally.js'

const GREEN = 'ok - a.test.js (9, 0.1 s)\n# { total: 9, pass: 7, fail: 0, todo: 2, skip: 0 }\n# 1 files, 2 s\n'

t.test('every assertion is counted; known defects neither pass nor fail', async t => {
  t.strictSame(summaryOf(GREEN, 0), { passed: 7, failed: 0, known: 2, odd: undefined })
  t.strictSame(summaryOf('# { total: 3, pass: 1, fail: 2, todo: 0, skip: 0 }\n', 1), { passed: 1, failed: 2, known: 0, odd: undefined })
})

t.test('the last summary counts, not one that a test printed', async t => {
  t.match(summaryOf(`# { total: 500, pass: 500, fail: 0 }\n${GREEN}`, 0), { passed: 7 })
})

t.test('a run without a summary is a failure, however it ended', async t => {
  for (const code of [0, 1, null]) t.match(summaryOf('ok - a.test.js\n', code), { passed: 0, failed: 1, odd: /no summary/ })
})

t.test('a run that failed outside of any assertion is a failure', async t => {
  t.match(summaryOf(GREEN, 1), { passed: 7, failed: 1, odd: /exit 1 although/ })
  t.match(summaryOf(GREEN, null), { passed: 7, failed: 1 }, 'one that was cut, too')
})

t.test('tests that were skipped for want of a server are found', async t => {
  const output = 'ok 1 - queue on redis # SKIP no REDIS_URL\nok 2 - a fault # SKIP no network\nok 3 - redis is kept\n'
  t.strictSame(skippedFor(output, /redis/i), ['ok 1 - queue on redis # SKIP no REDIS_URL'])
})

t.test('the exit code is 0 only where something passed and nothing failed', async t => {
  const tally = { passed: 0, failed: 0 }
  t.equal(exitCode(tally), 1, 'nothing was checked')
  add(tally, { passed: 3, failed: 0 })
  t.equal(exitCode(tally), 0)
  t.equal(lastLine(tally), '3 passed, 0 failed')
  add(tally, { passed: 1, failed: 1 })
  t.equal(exitCode(tally), 1)
  t.equal(lastLine(tally), '4 passed, 1 failed')
})

t.test('of a step that failed the ends of both outputs are shown, no line wider than a log', async t => {
  const stdout = Array.from({ length: 50 }, (_, n) => `line ${n + 1}`).join('\n')
  t.strictSame(excerpt({ stdout, stderr: `${'x'.repeat(500)}\n` }, 2), ['line 49', 'line 50', 'x'.repeat(300)])
  t.strictSame(excerpt({ stdout: '', stderr: '' }), [])
})
