// A baseline while pushes and another baseline of the same dossiers run: none is there twice, and no step is lost.
import t from 'tap'
import type { LightMyRequestResponse } from 'fastify'
import { aStep } from '../../support/dossiers.js'
import { checkAudit, checkStates } from '../../support/conservation.js'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import { linesOf, ndjson, stock, stocked, stockedCode } from '../../support/ndjson.js'

t.setTimeout(120_000)
const COUNT = 60

async function importFile (gateway: TestGateway, documents: readonly unknown[]): Promise<LightMyRequestResponse> {
  return gateway.call({ method: 'POST', url: '/v1/dossiers/import?mode=baseline', headers: { 'content-type': 'application/x-ndjson' }, payload: ndjson(documents) })
}

t.test('two imports of one stock, in opposite orders, record each dossier once', async t => {
  const gateway = await startGateway(t, { role: 'api' })
  const all = stock(500)
  const answers = (await Promise.all([importFile(gateway, all), importFile(gateway, all.toReversed()), importFile(gateway, all)])).map(answer => answer.json<{ imported: number, unchanged: number }>())
  t.equal(answers.reduce((sum, { imported }) => sum + imported, 0), 500)
  t.equal(answers.reduce((sum, { unchanged }) => sum + unchanged, 0), 1000)
})

t.test('pushes of the same dossiers with a new step: each is one dossier, each step is sent or known, none twice', async t => {
  const gateway = await startGateway(t)
  const { services: { db }, sandbox } = gateway
  const numbers = Array.from({ length: COUNT }, (_, index) => index + 1)
  const push = async (n: number): Promise<LightMyRequestResponse> => {
    const { progress = [], ...dossier } = stocked(n)
    return gateway.push({ ...dossier, sourceVersion: 2, summary: `Lần ${n}`, progress: [...progress, aStep({ id: 'moi', occurredAt: '2026-11-20T09:00:00+07:00', content: 'Bước mới' })] })
  }
  const [imported, ...pushed] = await Promise.all([importFile(gateway, stock(COUNT)), ...numbers.map(push)])
  t.strictSame([...new Set(pushed.map(answer => answer.statusCode))], [202])
  const { imported: first, alreadyKnown } = imported.json<{ imported: number, alreadyKnown: number }>()
  t.equal(first + alreadyKnown, COUNT, 'each was recorded, or found with the content of its push')
  await gateway.settled()

  const { rows } = await stepsAndRevisions(gateway)
  t.strictSame(rows.map(row => row.steps), numbers.map(n => (stocked(n).progress ?? []).length + 1), 'every step is there')
  const inBaseline = rows.filter(row => row.revision === 2).length
  t.equal(inBaseline, first, 'a push after the import is revision 2, one before it is 1')
  for (const { code, revision, steps } of rows) t.match(sandbox.store.dossier(code), { stepCount: revision === 2 ? 1 : steps, duplicatedSteps: 0 })
  await checkStates(t, db)
  await checkAudit(t, db)
})

async function stepsAndRevisions ({ services: { db } }: TestGateway): Promise<{ rows: Array<{ code: string, revision: number, steps: number }> }> {
  const rows = await db.selectFrom('dossiers as x').innerJoin('progress_steps as s', 's.dossier_id', 'x.id')
    .select(eb => ['x.code', 'x.revision', eb.fn.countAll<string>().as('steps')]).groupBy(['x.code', 'x.revision']).orderBy('x.code').execute()
  t.strictSame(rows.map(row => row.code), Array.from({ length: COUNT }, (_, index) => stockedCode(index + 1)))
  return { rows: rows.map(row => ({ ...row, steps: Number(row.steps) })) }
}

t.test('bulk intakes of one stock in opposite orders, beside single pushes of it, store each state once', async t => {
  const gateway = await startGateway(t, { role: 'api' })
  const all = stock(400)
  const send = async (documents: readonly unknown[]): Promise<Record<string, unknown> | undefined> => {
    const answer = await gateway.call({ method: 'POST', url: '/v1/dossiers/import', headers: { 'content-type': 'application/x-ndjson' }, payload: ndjson(documents) })
    return linesOf(answer.body).at(-1)
  }
  const [pushed, ...sent] = await Promise.all([
    Promise.all(all.filter((_, index) => index % 20 === 0).map(async dossier => (await gateway.push(dossier)).json<{ unchanged: boolean }>())),
    send(all), send(all.toReversed()), send([...all, ...all])
  ])
  for (const summary of sent) t.match(summary, { complete: true, rejected: 0 })
  const accepted = sent.reduce((sum, summary) => sum + Number(summary?.['accepted']), 0) + pushed.filter(({ unchanged }) => !unchanged).length
  t.equal(accepted, 400)
  const { db } = gateway.services
  t.strictSame((await db.selectFrom('dossiers').select('revision').distinct().execute()).map(({ revision }) => revision), [1])
  const { count } = await db.selectFrom('deliveries').select(eb => eb.fn.countAll<string>().as('count')).executeTakeFirstOrThrow()
  t.equal(count, '400')
})
