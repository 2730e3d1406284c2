// The golden files are what the demo is judged by: never stale, and true of the gateway's answers.
import { readFileSync } from 'node:fs'
import t from 'tap'
import { readFixtures } from '../../demo/fixtures.js'
import { goldenOf, goldenText, GOLDEN_FOLDER, readGolden } from '../../demo/golden-files.js'
import { tableFiles } from '../../demo/tables.js'
import { pushUntilTaken, startGateway } from '../support/gateway.js'

const fixtures = readFixtures()
const golden = readGolden()

t.test('no golden file is stale, and there is one line for each dossier', async t => {
  for (const [name, entries] of goldenOf(fixtures)) {
    t.equal(readFileSync(new URL(name, GOLDEN_FOLDER), 'utf8'), goldenText(entries), `${name}: node dist/demo/golden.js --write`)
  }
  t.strictSame([...golden.keys()].sort(), fixtures.dossiers.map(({ code }) => code).sort())
})

t.test('the gateway remarks on each first push exactly what its golden file says', async t => {
  const gateway = await startGateway(t, { role: 'api' })
  const { call } = gateway
  for (const { table, csv } of tableFiles('start')) {
    const { statusCode, body } = await call({ method: 'PUT', url: `/v1/codes/national-portal/${table}`, headers: { 'content-type': 'text/csv' }, payload: csv })
    t.equal(statusCode, 200, body)
  }
  await Promise.all(fixtures.dossiers.map(async dossier => {
    const answer = await pushUntilTaken(gateway, dossier)
    const { findings } = answer.json<{ findings: Array<{ severity: string, code: string, pointer: string }> }>()
    t.equal(answer.statusCode, 202, dossier.code)
    t.strictSame(findings.map(({ severity, code, pointer }) => `${severity} ${code} ${pointer}`).sort(), golden.get(dossier.code)?.findings, dossier.code)
  }))
})
