// Progress steps: only ever added, stored once, never dropped, and what they make of the dossier's state.
import t from 'tap'
import type { Dossier, ProgressStep } from '../../../src/model/dossier-types.js'
import { goldenFiles, readGolden } from '../../dossier/review/golden.js'
import { aDossier, aStep, codeOf } from '../../support/dossiers.js'
import { startGateway } from '../../support/gateway.js'
import { checkProblem, storedRows } from '../refusal.js'

const gateway = await startGateway(t, { role: 'api' })
const { db } = gateway.services
let dossiers = 0

async function pushedDossier (changes: Partial<Dossier> = {}): Promise<string> {
  const code = codeOf(++dossiers)
  await gateway.push(aDossier({ code, ...changes }))
  return code
}

async function progress (code: string, payload: object): ReturnType<typeof gateway.call> {
  return gateway.call({ method: 'POST', url: `/v1/dossiers/${code}/progress`, payload })
}

async function stepsOf (code: string): Promise<Array<{ step_id: string, revision: number, content: Record<string, unknown> }>> {
  return db.selectFrom('progress_steps as s').innerJoin('dossiers as x', 'x.id', 's.dossier_id')
    .select(['s.step_id', 's.revision', 's.content']).where('x.code', '=', code).orderBy('s.id').execute()
}

async function contentOf (code: string): Promise<Record<string, unknown>> {
  const { content } = await db.selectFrom('revisions as r')
    .innerJoin('dossiers as x', join => join.onRef('x.id', '=', 'r.dossier_id').onRef('x.revision', '=', 'r.revision'))
    .select('r.content').where('x.code', '=', code).executeTakeFirstOrThrow()
  return content
}

const second = aStep({ occurredAt: '2026-11-06T09:00:00+07:00', content: 'Thẩm định', status: 'processing' })

t.test('a step that is pushed again is stored once, in the revision that brought it first', async t => {
  const code = await pushedDossier({ progress: [aStep()] })
  const answer = await progress(code, { steps: [aStep(), second] })
  t.match([answer.statusCode, answer.json()], [202, { code, revision: 2, newSteps: 1, unchanged: false }])
  t.match((await stepsOf(code)).map(step => step.revision), [1, 2])
  t.match(await progress(code, { steps: [aStep()] }), { statusCode: 200 })
  t.equal((await stepsOf(code)).length, 2)
})

t.test('a step that is left out of a later push is kept', async t => {
  const code = await pushedDossier({ progress: [aStep(), second] })
  await gateway.push(aDossier({ code, summary: 'Không nhắc lại các bước' }))
  t.equal((await stepsOf(code)).length, 2)
})

t.test('a step without an id gets one from its content: the same for the same content, another for other', async t => {
  const code = await pushedDossier({ progress: [aStep()] })
  await progress(code, { steps: [aStep(), aStep({ officer: { name: 'Người Khác' } })] })
  const ids = (await stepsOf(code)).map(step => step.step_id)
  t.match(ids, [/^auto-[0-9a-f]{32}$/, /^auto-[0-9a-f]{32}$/])
  t.equal(new Set(ids).size, 2)
})

t.test('the same step twice in one push is one step', async t => {
  const code = await pushedDossier({ progress: [aStep(), aStep()] })
  t.equal((await stepsOf(code)).length, 1)
})

t.test('a step that was accepted cannot change: 409 step-changed at its place, and nothing of the push is stored', async t => {
  const code = await pushedDossier({ progress: [aStep({ id: 's1' })] })
  const before = await storedRows(gateway.services)
  const changed = [second, aStep({ id: 's1', content: 'Sửa lại' })]
  const inProgress = checkProblem(t, await progress(code, { steps: changed }), { status: 409, code: 'step-changed' })
  for (const golden of goldenFiles('test/http/dossiers').filter(file => file.endsWith('steps.golden.json')).flatMap(file => readGolden(file))) t.strictSame(inProgress.errors, golden.findings, golden.case)
  const inPush = checkProblem(t, await gateway.push(aDossier({ code, summary: 'Mới', progress: changed })), { status: 409, code: 'step-changed' })
  t.match(inPush.errors, [{ pointer: '/progress/1', code: 'step-changed' }])
  t.strictSame(await storedRows(gateway.services), before)
})

const TWICE: ProgressStep[] = [aStep({ id: 's1' }), aStep({ id: 's1', content: 'Khác' })]

t.test('an id that occurs twice in one push is refused: 422 at its place', async t => {
  const response = await gateway.push(aDossier({ code: codeOf(++dossiers), progress: TWICE }))
  t.match(checkProblem(t, response, { status: 422, code: 'invalid-document' }).errors, [{ pointer: '/progress/1/id', code: 'step-id-repeated' }])
})

t.test('an id that occurs twice among steps of a progress push is refused too, not half stored', async t => {
  const code = await pushedDossier()
  const response = await progress(code, { steps: TWICE })
  t.match(checkProblem(t, response, { status: 422, code: 'invalid-document' }).errors, [{ pointer: '/steps/1/id', code: 'step-id-repeated' }])
  t.strictSame(await stepsOf(code), [])
})

t.test('two dossiers may use one step id', async t => {
  const [one, other] = [await pushedDossier({ progress: [aStep({ id: 's1' })] }), await pushedDossier({ progress: [aStep({ id: 's1', content: 'Khác' })] })]
  t.strictSame([(await stepsOf(one)).length, (await stepsOf(other)).length], [1, 1])
})

t.test('progress changes the status and the dates it names and keeps everything else', async t => {
  const code = await pushedDossier()
  const { code: _, status: __, dueAt: ___, ...kept } = await contentOf(code)
  const answer = await progress(code, { steps: [second], status: 'finished', finishedAt: '2026-11-10T10:00:00+07:00', dueAt: '2026-11-12T17:00:00+07:00' })
  t.equal(answer.statusCode, 202)
  t.match(await contentOf(code), { ...kept, status: 'finished', finishedAt: '2026-11-10T10:00:00+07:00', dueAt: '2026-11-12T17:00:00+07:00' })
  t.match((await gateway.call({ url: `/v1/dossiers/${code}` })).json(), { status: 'finished', dueAt: '2026-11-12T17:00:00+07:00', revision: 2 })
})

t.test('steps alone keep the status the dossier has', async t => {
  const code = await pushedDossier({ status: 'received' })
  await progress(code, { steps: [second] })
  t.equal((await contentOf(code))['status'], 'received')
})

t.test('steps are no part of a dossier\'s content: pushing the dossier again does not undo them', async t => {
  const code = await pushedDossier()
  await progress(code, { steps: [second] })
  t.notOk('progress' in await contentOf(code))
  t.match((await gateway.push(aDossier({ code }))).json(), { unchanged: true, revision: 2 })
})

t.test('the version of the source holds for progress too', async t => {
  const code = await pushedDossier({ sourceVersion: 5 })
  checkProblem(t, await progress(code, { sourceVersion: 4, steps: [second] }), { status: 409, code: 'stale-revision' })
  t.equal((await progress(code, { sourceVersion: 6, steps: [second] })).statusCode, 202)
  t.equal((await progress(code, { sourceVersion: 6, steps: [second] })).statusCode, 200)
  checkProblem(t, await progress(code, { sourceVersion: 6, steps: [aStep()] }), { status: 409, code: 'source-version-reused' })
})

t.test('decomposed letters in a step are composed before its id is made', async t => {
  const content = 'Tiếp nhận hồ sơ'
  const code = await pushedDossier({ progress: [aStep({ content })] })
  const answer = await progress(code, { steps: [aStep({ content: content.normalize('NFD') })] })
  t.match(answer.json(), { unchanged: true, findings: [{ code: 'text-normalised', pointer: '/steps/0/content' }] })
})

t.test('the lateness of a revision is measured from the newest event it tells of', async t => {
  const code = await pushedDossier({ progress: [aStep({ occurredAt: '2026-11-20T08:00:00+07:00' }), second] })
  const { event_at: eventAt } = await db.selectFrom('revisions as r').innerJoin('dossiers as x', 'x.id', 'r.dossier_id')
    .select('r.event_at').where('x.code', '=', code).executeTakeFirstOrThrow()
  t.equal(eventAt.toISOString(), '2026-11-20T01:00:00.000Z')
})
