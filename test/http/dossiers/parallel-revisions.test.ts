// Many pushes of one dossier at once: each gets its number, none is lost, and the portal sees them in order.
import t from 'tap'
import { shownEntry } from '../../../src/sandbox/request-log.js'
import { aDossier, aStep, codeOf } from '../../support/dossiers.js'
import { deliveryStates, startGateway } from '../../support/gateway.js'

const PUSHES = 50
t.setTimeout(60_000)
const gateway = await startGateway(t)

t.test('50 parallel revisions of one dossier are numbered without a gap and arrive in order', async t => {
  const code = codeOf(1)
  const answers = await Promise.all(Array.from({ length: PUSHES }, async (_, n) => gateway.push(aDossier({
    code,
    summary: `Trích yếu ${n}`,
    progress: [aStep({ id: `s${n}`, content: `Bước ${n}`, occurredAt: `2026-11-05T09:${String(n).padStart(2, '0')}:00+07:00` })]
  }))))
  t.strictSame([...new Set(answers.map(answer => answer.statusCode))], [202])
  const revisionOf = new Map(answers.map((answer, n) => [`Trích yếu ${n}`, (answer.json() as { revision: number }).revision]))
  t.strictSame([...revisionOf.values()].sort((a, b) => a - b), Array.from({ length: PUSHES }, (_, index) => index + 1))
  await gateway.settled()

  const states = await deliveryStates(gateway.services)
  t.equal(states.length, PUSHES, 'one delivery a revision')
  t.ok(states.every(state => / (delivered|superseded)$/.test(state)))
  t.equal(states.at(-1), `${code} ${PUSHES} delivered`, 'the newest is delivered, never superseded')
  const seen = summariesAtPortal().map(summary => revisionOf.get(summary) ?? 0)
  t.strictSame(seen, [...seen].sort((a, b) => a - b), 'the portal saw them in order')
  t.match(gateway.sandbox.store.dossier(code), { creates: 1, stepCount: PUSHES, duplicatedSteps: 0 }, 'superseding dropped no step')
})

t.test('parallel progress pushes of one dossier lose no step', async t => {
  const code = codeOf(2)
  await gateway.push(aDossier({ code }))
  const answers = await Promise.all(Array.from({ length: 20 }, async (_, n) => gateway.call({
    method: 'POST', url: `/v1/dossiers/${code}/progress`, payload: { steps: [aStep({ id: `s${n}`, content: `Bước ${n}` })] }
  })))
  t.strictSame([...new Set(answers.map(answer => answer.statusCode))], [202], 'none is told that the dossier does not exist')
  t.strictSame(answers.map(answer => (answer.json() as { revision: number }).revision).sort((a, b) => a - b), Array.from({ length: 20 }, (_, index) => index + 2))
  const steps = await gateway.services.db.selectFrom('progress_steps as s').innerJoin('dossiers as x', 'x.id', 's.dossier_id').select('s.id').where('x.code', '=', code).execute()
  t.equal(steps.length, 20)
})

t.test('parallel first pushes of one dossier make one dossier', async t => {
  const answers = await Promise.all(Array.from({ length: 20 }, async () => gateway.push(aDossier({ code: codeOf(3) }))))
  t.strictSame(answers.map(answer => answer.statusCode).sort(), [...Array<number>(19).fill(200), 202])
  t.match(answers.map(answer => answer.json()), Array(20).fill({ code: codeOf(3), revision: 1 }))
})

function summariesAtPortal (): string[] {
  return gateway.sandbox.log.list({ service: 'DongBoHoSoMC', after: 0, limit: Number.MAX_SAFE_INTEGER }).flatMap(entry => {
    const { body } = shownEntry(entry) as { body?: { data?: Array<{ TrichYeuHoSo: string }> } }
    return (body?.data ?? []).map(dossier => dossier.TrichYeuHoSo)
  })
}
