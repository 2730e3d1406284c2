// Finished dossiers that fall due and are not at the portal, before the clock counts them.
import { sql } from 'kysely'
import t from 'tap'
import { aDossier, codeOf } from '../support/dossiers.js'
import { startGateway, until } from '../support/gateway.js'

t.setTimeout(60_000)

t.test('finished, due soon or late, and not at the portal: listed soonest first and counted; all else is not', async t => {
  const gateway = await startGateway(t, { role: 'api', environment: { NEAR_DUE_HOURS: '24' } })
  const { db } = gateway.services
  const hours: Record<number, number> = { 1: 5, 2: -3, 3: 40, 4: 2, 5: 3, 6: 1 }
  for (const [n, due] of Object.entries(hours)) {
    t.equal((await gateway.push(aDossier({ code: codeOf(Number(n)) }))).statusCode, 202)
    await sql`update dossiers set due_at = now() + make_interval(hours => ${due}) where code = ${codeOf(Number(n))}`.execute(db)
  }
  const finish = async (...of: number[]): Promise<void> => {
    await sql`update revisions r set content = content || '{"finishedAt":"2026-11-04T09:00:00+07:00"}' from dossiers x where x.id = r.dossier_id and x.code = any(${of.map(codeOf)}::text[])`.execute(db)
  }
  await finish(1, 2, 3, 5, 6)
  await sql`update lanes l set delivered_revision = 1 from dossiers x where x.id = l.dossier_id and x.code = ${codeOf(5)}`.execute(db)
  await sql`update deliveries d set state = 'refused', failure_code = 'unknown-procedure' from dossiers x where x.id = d.dossier_id and x.code = ${codeOf(6)}`.execute(db)
  const { nearDue } = (await gateway.call({ url: '/v1/alerts' })).json()
  t.match(nearDue, {
    withinHours: 24,
    total: 3,
    late: 1,
    dossiers: [
      { adapter: 'national-portal', dossierCode: codeOf(2), state: 'queued', late: true },
      { dossierCode: codeOf(6), state: 'refused', failureCode: 'unknown-procedure', late: false },
      { dossierCode: codeOf(1), revision: 1, dueAt: /\+07:00$/, late: false }
    ]
  }, 'neither 3 (due later), 4 (not finished) nor 5 (at the portal)')
  const metrics = async (): Promise<string> => (await gateway.app.inject({ url: '/metrics' })).body
  await until(async () => (await metrics()).includes('lienthong_near_due{adapter="national-portal"} 3\n'))
  t.notMatch(await metrics(), codeOf(1))
})
