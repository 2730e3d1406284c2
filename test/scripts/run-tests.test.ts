// The runner of the tests itself: nothing is left out, and nothing that failed looks green.
import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { failuresIn } from '../runner/failures.js'
import { unitsOf, type FileResult } from '../runner/files.js'
import { runUnit, watchProgress, type UnitResult } from '../runner/unit.js'

t.test('every file is in exactly one process; files that measure memory are alone in theirs', async t => {
  const files = ['e2e/a', 'e2e/b', 'http/files/upload', ...Array.from({ length: 31 }, (_, n) => `http/n${n}`), 'model/text'].map(name => `/t/${name}.test.js`)
  const units = unitsOf(files, '/t')
  t.strictSame(units.flat().sort(), [...files].sort())
  for (const file of ['e2e/a', 'http/files/upload']) t.ok(units.some(unit => unit.length === 1 && unit[0] === `/t/${file}.test.js`), file)
  t.ok(units.length < 12, 'the others share')
})

t.test('the innermost failure is shown, with its diagnosis, and no known defect', async t => {
  const tap = [
    '# Subtest: a.test.js', '    # Subtest: it works', '        ok 1 - one', '        not ok 2 - two', '          ---', '          found: 1', '          ...',
    '        not ok 3 - later # TODO', '        1..3', '    not ok 1 - it works # time=1ms', 'not ok 1 - a.test.js # time=2ms', 'ok 2 - b.test.js'
  ].join('\n')
  t.strictSame(failuresIn(tap), ['        not ok 2 - two\n          ---\n          found: 1\n          ...'])
})

t.test('where no assertion failed but a test did, its own line is shown', async t => {
  t.strictSame(failuresIn('    ok 1 - fine\n    1..1\nnot ok 1 - a.test.js # exit 1\n').length, 1)
})

async function runFiles (t: Test, files: Record<string, string>, silenceMs = 60_000): Promise<UnitResult & { told: FileResult[] }> {
  const folder = t.testdir({ node_modules: t.fixture('symlink', new URL('../../../node_modules', import.meta.url).pathname), 'package.json': '{"type":"module"}', ...files })
  const told: FileResult[] = []
  const result = await runUnit(Object.keys(files).map(name => `${folder}/${name}`), {
    silenceMs, capMs: 60_000, onFile: file => { told.push(file) }, signal: new AbortController().signal
  })
  return { ...result, told }
}

t.test('files that share a process are counted apart, and each is cleaned up before the next', async t => {
  const file = (name: string): string => `import t from 'tap'
    t.setTimeout(1)
    globalThis.open = (globalThis.open ?? 0) + 1
    t.teardown(() => { globalThis.open-- })
    await t.test('${name}', async t => { t.equal(globalThis.open, 1); await new Promise(resolve => setTimeout(resolve, 50)) })
    t.test('known', async t => { t.ok(false, { todo: true }) })
  `
  const { counts, told, failures } = await runFiles(t, { 'a.test.js': file('a'), 'b.test.js': file('b') })
  t.strictSame(failures, [])
  t.strictSame(counts, { total: 4, pass: 2, fail: 0, todo: 2, skip: 0 })
  t.match(told, [{ file: /a\.test\.js$/, total: 2, pass: 1, fail: 0 }, { file: /b\.test\.js$/, total: 2, pass: 1, fail: 0 }])
})

t.test('a file that throws fails, and the next one runs', async t => {
  const { counts, failures } = await runFiles(t, {
    'a.test.js': "throw new Error('cannot begin')\n",
    'b.test.js': "import t from 'tap'\nt.test('b', async t => { t.ok(true) })\n"
  })
  t.match(counts, { pass: 1, fail: 1 })
  t.match(failures.join('\n'), /cannot begin/)
})

t.test('a file that asserts nothing fails: it would pass whatever is broken', async t => {
  const { counts, failures } = await runFiles(t, {
    'a.test.js': "import t from 'tap'\nt.test('a', async t => { t.ok(true) })\n",
    'b.test.js': "import 'tap'\n"
  })
  t.equal(counts.fail, 1)
  t.match(failures.join('\n'), /ran no assertion of .*b\.test\.js/)
})

t.test('a process that dies has failed, whatever it passed before', async t => {
  const { counts, failures } = await runFiles(t, {
    'a.test.js': "import t from 'tap'\nt.test('a', async t => { t.ok(true) })\n",
    'b.test.js': "process.kill(process.pid, 'SIGKILL')\nawait new Promise(() => {})\n"
  })
  t.match(counts, { pass: 1, fail: 1 })
  t.match(failures.join('\n'), /no summary/)
})

t.test('a process that makes no progress is cut', async t => {
  const hanging = await runFiles(t, { 'a.test.js': "import t from 'tap'\nt.test('a', async t => { t.ok(true); setInterval(() => {}, 1000); await new Promise(() => {}) })\n" }, 3_000)
  t.ok(hanging.counts.fail > 0)
  t.match(hanging.failures.join('\n'), /no progress within 3 s/)
})

t.test('one that goes on making progress is not cut, however long it takes', async t => {
  const child = spawn('sleep', ['600'], { detached: true })
  t.teardown(() => { child.kill('SIGKILL') })
  const watch = watchProgress(child, { silenceMs: 1_000, capMs: 60_000, onFile: () => {}, signal: new AbortController().signal })
  for (let n = 0; n < 25; n++) {
    await delay(100)
    watch.progress()
  }
  t.equal(watch.stop(), undefined)
  t.equal(child.exitCode ?? child.signalCode, null, 'it runs')
})
