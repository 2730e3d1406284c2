// `lienthong codes …`: what an operator with a spreadsheet and a shell does.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { aDossier, codeOf } from '../support/dossiers.js'
import { startGateway } from '../support/gateway.js'
import { run } from '../support/process.js'

const gateway = await startGateway(t)
const folder = await mkdtemp(join(tmpdir(), 'lienthong-codes-'))
t.teardown(() => rm(folder, { recursive: true }))
const lienthong = async (...args: string[]): ReturnType<typeof run> => run('src/cli/main.js', ['codes', ...args], gateway.environment)

t.test('a spreadsheet is tried, imported and exported again', async t => {
  const file = join(folder, 'procedures.csv')
  await writeFile(file, '\ufefflocal;partner;name\r\nTS_lop1;1.001776;Tuyển sinh lớp 1\r\nTS_lop6;1.001777;\r\n')
  t.match(JSON.parse((await lienthong('import', 'national-portal', 'procedure', file, '--dry-run')).output), { dryRun: true, added: 2 })
  t.match(JSON.parse((await lienthong('import', 'national-portal', 'procedure', file)).output), { dryRun: false, added: 2 })
  t.equal((await lienthong('export', 'national-portal', 'procedure')).output,
    'local,partner,name,validFrom,validTo,successor\nTS_lop1,1.001776,Tuyển sinh lớp 1,,,\nTS_lop6,1.001777,,,,\n')
  t.match(JSON.parse((await lienthong('export', 'national-portal', 'procedure', '--format', 'json')).output), { rows: [{ local: 'TS_lop1', name: 'Tuyển sinh lớp 1' }, { name: null }] })
  t.match(JSON.parse((await lienthong('list', 'national-portal')).output)[0], { table: 'procedure', rows: 2 })
})

t.test('what a missing row blocked is delivered after two commands', async t => {
  const codes = [codeOf(1), codeOf(2)]
  for (const code of codes) await gateway.push(aDossier({ code, procedure: { code: 'KT_01', name: 'Kiểm tra' } }))
  await gateway.settled()
  t.match(JSON.parse((await lienthong('set', 'national-portal', 'procedure', 'KT_01', '1.000001', '--from', '2026-01-01')).output), { added: 1, unblocked: { deliveries: 2 } })
  t.match(JSON.parse((await lienthong('redrive', 'national-portal', '--dry-run')).output), { matching: 2 })
  t.match(JSON.parse((await lienthong('redrive', 'national-portal')).output), { redriven: 2 })
  await gateway.settled()
  const states = await gateway.services.db.selectFrom('deliveries').select('state').execute()
  t.strictSame(states.map(({ state }) => state), ['delivered', 'delivered'])
  const actors = await gateway.services.db.selectFrom('audit_entries').select('actor').where('action', '=', 'delivery.redriven').execute()
  t.strictSame(actors.map(({ actor }) => actor), ['operator:cli', 'operator:cli'])
})

t.test('what is wrong is said in two languages, by line, without a stack; nothing is taken', async t => {
  const file = join(folder, 'bad.csv')
  await writeFile(file, 'local,partner\nA,1.000001\nB B,1.000002\n')
  const { code, output } = await lienthong('import', 'national-portal', 'procedure', file)
  t.equal(code, 1)
  t.match(output, /dòng\/line 3 \/rows\/1\/local: mã của tỉnh: .* \/ Wrong format/)
  t.notMatch(output, /\n\s+at /)
  t.match((await lienthong('import', 'national-portal', 'nothing', file)).output, /no table "nothing"; there are procedure, field/)
  t.match((await lienthong('export', 'national-portal', 'procedure')).output, /^local.*\nTS_lop1/)
})
