// A backup is restored: what the portal learned since is found by asking it, and nothing is sent.
import { sql } from 'kysely'
import t from 'tap'
import { isAhead } from '../../src/reconciliation/after-restore.js'
import { aDossier, codeOf } from '../support/dossiers.js'
import { startGateway } from '../support/gateway.js'
import { run } from '../support/process.js'

t.setTimeout(90_000)

t.test('doctor --after-restore lists the lanes where the portal is ahead, why, and what to do', async t => {
  const gateway = await startGateway(t)
  for (const n of [1, 2, 3, 4]) await gateway.push(aDossier({ code: codeOf(n) }))
  await gateway.settled()
  await gateway.push(aDossier({ code: codeOf(2), summary: 'Sau bản sao lưu' }))
  await gateway.settled()
  await gateway.close()
  const deliveryOf = (n: number): ReturnType<typeof sql> => sql`dossier_id = (select id from dossiers where code = ${codeOf(n)})`
  const admin = await startGateway(t, { role: 'api', databaseUrl: gateway.environment['DATABASE_URL'] ?? '', environment: { OUTBOUND: 'paused' } })
  const rows = admin.services.db
  // As the backup has them: 1 waits though the portal has it; 2 is at its first revision; 3 is as it was; 4 waits and was lost there.
  await sql`update deliveries set state = 'queued' where ${deliveryOf(1)} or ${deliveryOf(4)}`.execute(rows)
  await sql`update lanes set known_at_partner = false, delivered_revision = 0 where ${deliveryOf(1)} or ${deliveryOf(4)}`.execute(rows)
  await sql`update deliveries set state = 'cancelled' where ${deliveryOf(2)} and revision = 2`.execute(rows)
  await sql`update dossiers set revision = 1 where code = ${codeOf(2)}`.execute(rows)
  gateway.sandbox.store.forget(codeOf(4))
  const before = gateway.sandbox.store.size()
  const environment = { ...gateway.environment, OUTBOUND: 'paused', RECONCILE_PER_MINUTE: '6000' }
  const { code, output } = await run('src/cli/main.js', ['doctor', '--after-restore', '--json'], environment)
  t.equal(code, 1, output)
  const report = JSON.parse(output.trim().split('\n').at(-1) ?? '')
  t.match(report, { outbound: 'paused', backupEnds: /\+07:00$/, adapters: [{ adapter: 'national-portal', lanes: 4, ahead: 2, unknown: 0, truncated: false }] })
  t.match(report.adapters[0].dossiers, [
    { code: codeOf(1), why: 'waiting', verdict: 'matches', ahead: 'yes', do: /confirmSteps/ },
    { code: codeOf(2), why: 'sent-lately', verdict: 'stale-there', differences: [/\S/], ahead: 'yes', do: /reconcile start/ }
  ])
  t.equal(gateway.sandbox.store.size(), before, 'nothing was sent')
  const silent = await run('src/cli/main.js', ['doctor', '--after-restore', '--ask', '0', '--json'], environment)
  t.match(JSON.parse(silent.output.trim().split('\n').at(-1) ?? ''), { adapters: [{ lanes: 4, ahead: 0, unknown: 4, dossiers: [{ verdict: 'not-asked' }] }] })
  t.match((await run('src/cli/main.js', ['doctor', '--after-restore', '--since', 'gestern'], environment)), { code: 1, output: /--since/ })
})

t.test('silence and "it has the dossier" prove little', async t => {
  t.equal(isAhead({ why: 'waiting', known: true, verdict: null }), 'unknown')
  t.equal(isAhead({ why: 'waiting', known: true, verdict: 'stale-there' }), 'unknown')
  t.equal(isAhead({ why: 'call-open', known: false, verdict: 'not-comparable' }), 'yes')
  t.equal(isAhead({ why: 'sent-lately', known: true, verdict: 'not-comparable' }), 'unknown')
  t.equal(isAhead({ why: 'sent-lately', known: true, verdict: 'missing-there' }), 'no')
})
