// `lienthong import`: the same as the route, from a file or standard input, straight into the database.
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { openTestDatabase } from '../support/database.js'
import { portalSettings } from '../support/gateway.js'
import { ndjson, stock, stocked, stockedCode } from '../support/ndjson.js'
import { DIST } from '../support/places.js'

t.setTimeout(120_000)

interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

const { url, db } = await openTestDatabase(t)
const environment = { ...portalSettings('http://127.0.0.1:1'), DATABASE_URL: url }

async function lienthong (args: readonly string[], { input = '', env = environment }: { input?: string | Buffer, env?: Record<string, string> } = {}): Promise<Ended> {
  const child = spawn(process.execPath, [join(DIST, 'src/cli/main.js'), ...args], {
    env: { PATH: process.env['PATH'], NODE_V8_COVERAGE: process.env['NODE_V8_COVERAGE'], ...env }, stdio: 'pipe'
  })
  const ended: Ended = { code: null, stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => { ended.stdout += chunk.toString() })
  child.stderr.on('data', (chunk: Buffer) => { ended.stderr += chunk.toString() })
  child.stdin.on('error', () => {}).end(input)
  ended.code = await new Promise<number | null>(resolve => { child.once('close', resolve) })
  return ended
}

async function fileOf (t: Test, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lienthong-import-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const file = join(folder, 'ho-so.ndjson')
  await writeFile(file, text)
  return file
}

t.test('a dry run of a file tells what would be sent, and stores nothing', async t => {
  const { code, stdout } = await lienthong(['import', '--baseline', await fileOf(t, ndjson(stock(5))), '--dry-run', '--json'])
  t.equal(code, 0)
  t.match(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''), { dryRun: true, lines: 5, imported: 5, push: { adapters: [{ adapter: 'national-portal', creates: 5, newSteps: 13 }] } })
  t.strictSame(await db.selectFrom('dossiers').select('code').execute(), [])
})

t.test('a file is recorded and audited in the operator\'s name; the summary is the last line', async t => {
  const { code, stdout, stderr } = await lienthong(['import', '--baseline', await fileOf(t, ndjson(stock(5))), '--json'])
  t.equal(code, 0, stderr)
  t.match(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''), { dryRun: false, lines: 5, imported: 5, rejected: 0 })
  t.match(await db.selectFrom('lanes').select(['known_at_partner', 'confirmed_revision']).execute(), Array(5).fill({ known_at_partner: true, confirmed_revision: 1 }))
  t.match(await db.selectFrom('audit_entries').select(['actor', 'action']).where('action', 'in', ['baseline.begun', 'baseline.ended']).execute(), [
    { actor: 'operator:cli', action: 'baseline.begun' }, { actor: 'operator:cli', action: 'baseline.ended' }
  ])
})

t.test('- reads standard input; rejected lines are told on standard error, and the command ends with 1', async t => {
  const { code, stdout, stderr } = await lienthong(['import', '--baseline', '-'], { input: ndjson([stocked(1), stocked(6), { ...stocked(7), status: 'done' }]) })
  t.equal(code, 1)
  t.match(JSON.parse(stdout), { lines: 3, imported: 1, unchanged: 1, rejected: 1, errors: [{ line: 3 }] })
  t.match(stderr, `dòng/line 3\t${stockedCode(7)}\tfield-value\t/status\t`)
  t.notMatch(stderr, /"done"/)
})

t.test('a name in the file does not steer the terminal', async t => {
  const { stderr } = await lienthong(['import', '--baseline', '-'], { input: ndjson([{ ...stocked(9), '\u001b[31mđỏ\n': 1 }]) })
  t.match(stderr, /\tfield-unknown\t\/\?\[31mđỏ\?\t/)
  t.notMatch(stderr, '\u001b')
})

t.test('more lines than are told in the summary are all told on standard error, and progress with them', async t => {
  const { code, stdout, stderr } = await lienthong(['import', '--baseline', '-', '--json'], { input: `${'{\n'.repeat(5200)}${ndjson([stocked(8)])}` })
  t.equal(code, 1)
  t.match(JSON.parse(stdout), { lines: 5201, imported: 1, rejected: 5200, errorsLeftOut: 5100 })
  t.equal(stderr.match(/^dòng\/line \d+\t-\tmalformed-json/gm)?.length, 5200)
  t.match(stderr, /^5201 dòng\/lines: 1 imported/m)
})

t.test('without --baseline each line is pushed, in the operator\'s name, and the same file goes on under its id', async t => {
  const file = ndjson([stocked(201), stocked(202), { ...stocked(203), status: 'done' }])
  const first = await lienthong(['import', '-', '--gzip', '--import-id', 'hang-loat', '--json'], { input: gzipSync(file) })
  t.equal(first.code, 1, 'a line was rejected')
  t.match(JSON.parse(first.stdout), { type: 'summary', importId: 'hang-loat', complete: true, lines: 3, accepted: 2, rejected: 1 })
  t.match(first.stderr, `dòng/line 3\t${stockedCode(203)}\tfield-value\t/status\t`)
  t.match(await db.selectFrom('deliveries as d').innerJoin('dossiers as x', 'x.id', 'd.dossier_id').select(['x.code', 'd.state']).orderBy('x.code').execute(),
    [{ code: stockedCode(201), state: 'queued' }, { code: stockedCode(202), state: 'queued' }])
  t.match(await db.selectFrom('audit_entries').select('actor').where('dossier_code', '=', stockedCode(201)).execute(), Array(2).fill({ actor: 'operator:cli' }))
  const again = await lienthong(['import', '-', '--import-id', 'hang-loat'], { input: file })
  t.match(JSON.parse(again.stdout), { complete: true, lines: 3, accepted: 2 })
  t.match(again.stderr, '3 dòng đã nạp trước đó')
  const other = await lienthong(['import', '-', '--import-id', 'hang-loat'], { input: ndjson([stocked(204)]) })
  t.match([other.code, other.stderr], [1, /idempotency-key-reused: .*SHA-256/])
})

const WRONG: Record<string, readonly [args: readonly string[], env: Record<string, string>, said: RegExp]> = {
  'a dry run of an intake': [['import', 'ho-so.ndjson', '--dry-run'], environment, /--dry-run belongs to --baseline/],
  'what is no gzip': [['import', '-', '--gzip'], environment, /gzip-broken: .*\/ .*decompressed/],
  'no file': [['import', '--baseline'], environment, /lienthong import --baseline FILE/],
  'a file that is not there': [['import', '--baseline', '/khong-co.ndjson'], environment, /cannot read \/khong-co\.ndjson \(ENOENT\)/],
  'no adapter': [['import', '--baseline', '-'], { DATABASE_URL: url }, /ADAPTERS is empty/]
}

for (const [what, [args, env, said]] of Object.entries(WRONG)) {
  t.test(`${what}: it says so, without a stack, and ends with 1`, async t => {
    const { code, stdout, stderr } = await lienthong(args, { env })
    t.equal(code, 1)
    t.equal(stdout, '')
    t.match(stderr, said)
    t.notMatch(stderr, /^\s+at /m)
  })
}
