// What makes a new revision and what does not: content, order of the source, forms of letters, links.
import t from 'tap'
import type { Dossier } from '../../../src/model/dossier-types.js'
import { aDossier, aStep, codeOf } from '../../support/dossiers.js'
import { startGateway } from '../../support/gateway.js'
import { checkProblem, rewrittenPush, storedRows } from '../refusal.js'

const gateway = await startGateway(t, { role: 'api' })
const { db } = gateway.services
let dossiers = 0

interface Own {
  code: string
  push: (changes?: Partial<Dossier>) => Promise<{ status: number, body: ReceiptBody }>
}

interface ReceiptBody {
  revision: number
  unchanged: boolean
  newSteps: number
  deliveries: unknown[]
  findings: Array<{ code: string, pointer: string, severity: string }>
}

/** A dossier that no other test of the file touches. */
function ownDossier (): Own {
  const code = codeOf(++dossiers)
  return {
    code,
    push: async (changes = {}) => {
      const response = await gateway.push(aDossier({ code, ...changes }))
      return { status: response.statusCode, body: response.json() as ReceiptBody }
    }
  }
}

t.test('the receipt of a new dossier: 202, revision 1, one queued delivery an adapter', async t => {
  const { code } = ownDossier()
  const response = await gateway.push(aDossier({ code, progress: [aStep()] }))
  t.equal(response.statusCode, 202)
  t.match(response.headers['content-type'], /^application\/json\b/)
  t.match(response.json(), {
    code,
    revision: 1,
    unchanged: false,
    newSteps: 1,
    deliveries: [{ id: /^\d+$/, adapter: 'national-portal', state: 'queued' }],
    findings: [],
    acceptedAt: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00$/
  })
})

t.test('the same content again is "unchanged": 200, no revision, no delivery, one line in the log', async t => {
  const { push } = ownDossier()
  await push({ progress: [aStep()] })
  const before = await storedRows(gateway.services)
  const again = await push({ progress: [aStep()] })
  t.match(again, { status: 200, body: { revision: 1, unchanged: true, newSteps: 0, deliveries: [] } })
  t.strictSame(await storedRows(gateway.services), { ...before, audit: (before['audit'] ?? 0) + 1 })
})

t.test('the order of members is no content', async t => {
  const { code, push } = ownDossier()
  await push()
  const reversed = Object.fromEntries(Object.entries(aDossier({ code })).reverse())
  t.match((await gateway.push(reversed)).json(), { unchanged: true })
})

t.test('a link that differs in its cache-busting parameter alone is the same link', async t => {
  const { push } = ownDossier()
  const withLink = (url: string): Partial<Dossier> => ({ documents: [{ name: 'Đơn', url }] })
  await push(withLink('https://mc.example.vn/tep/1?t=1699999999&x=1'))
  t.match(await push(withLink('https://mc.example.vn/tep/1?t=1700000000&x=1')), { status: 200, body: { unchanged: true } })
  t.match(await push(withLink('https://mc.example.vn/tep/1?t=1700000000&x=2')), { status: 202, body: { revision: 2 } }, 'another parameter is another link')
  t.match(await push(withLink('https://mc.example.vn/tep/1?t=1700000000&x=2&signature=ab')), { status: 202, body: { revision: 3 } }, 'so is a new signature')
})

t.test('a text that begins with a link is a text: nothing in it is left out', async t => {
  const { push } = ownDossier()
  await push({ note: 'https://mc.example.vn/?t=1 hồ sơ thiếu bản vẽ' })
  t.match(await push({ note: 'https://mc.example.vn/?t=1 hồ sơ đã đủ bản vẽ' }), { status: 202, body: { revision: 2 } })
})

t.test('decomposed letters are composed, told with their places, and equal their composed twin', async t => {
  const { code, push } = ownDossier()
  const nfc = { summary: 'Hồ sơ đất đai', agency: { code: 'H15.14', name: 'Sở Nông nghiệp và Môi trường' } }
  const decomposed = await push({ summary: nfc.summary.normalize('NFD'), agency: { ...nfc.agency, name: nfc.agency.name.normalize('NFD') } })
  t.strictSame(decomposed.body.findings.map(finding => [finding.code, finding.pointer, finding.severity]), [
    ['text-normalised', '/summary', 'warning'], ['text-normalised', '/agency/name', 'warning']
  ])
  t.match(await push(nfc), { status: 200, body: { unchanged: true, findings: [] } })
  const { content } = await db.selectFrom('revisions as r').innerJoin('dossiers as x', 'x.id', 'r.dossier_id').select('r.content').where('x.code', '=', code).executeTakeFirstOrThrow()
  t.equal(content['summary'], nfc.summary)
})

t.test('of a member given twice the last counts, as everywhere in JSON', async t => {
  const { code } = ownDossier()
  const response = await gateway.call(rewrittenPush(aDossier({ code }), '"summary":', '"summary":"Đầu","summary":'))
  t.equal(response.statusCode, 202)
  t.match((await gateway.push(aDossier({ code }))).json(), { unchanged: true })
})

t.test('a code in no known notation is taken as it is, with a warning', async t => {
  const response = await gateway.push(aDossier({ code: 'Abc.1_x-9' }))
  t.equal(response.statusCode, 202)
  t.match(response.json().findings, [{ code: 'dossier-code-notation', pointer: '/code', severity: 'warning' }])
})

t.test('an account id that looks like an identity number is taken with a warning', async t => {
  const { push } = ownDossier()
  const { applicant } = aDossier()
  t.match((await push({ applicant: { ...applicant, accountId: '123456789012' } })).body.findings, [{ code: 'account-id-looks-like-identity', pointer: '/applicant/accountId' }])
})

t.test('an older sourceVersion is refused: 409 stale-revision, and nothing changes', async t => {
  const { code, push } = ownDossier()
  await push({ sourceVersion: 7 })
  const before = await storedRows(gateway.services)
  const response = await gateway.push(aDossier({ code, sourceVersion: 6, summary: 'Cũ', progress: [aStep()] }))
  const { detail } = checkProblem(t, response, { status: 409, code: 'stale-revision' })
  t.match(detail, /7.*6/s, 'both versions are told')
  t.strictSame(await storedRows(gateway.services), before)
  checkProblem(t, await gateway.push(aDossier({ code, sourceVersion: 6 })), { status: 409, code: 'stale-revision' })
})

t.test('an equal sourceVersion is "unchanged" with the same content and refused with other', async t => {
  const { code, push } = ownDossier()
  await push({ sourceVersion: 7 })
  t.match(await push({ sourceVersion: 7 }), { status: 200, body: { unchanged: true } })
  checkProblem(t, await gateway.push(aDossier({ code, sourceVersion: 7, summary: 'Khác' })), { status: 409, code: 'source-version-reused' })
  checkProblem(t, await gateway.push(aDossier({ code, sourceVersion: 7, progress: [aStep()] })), { status: 409, code: 'source-version-reused' })
})

t.test('a newer sourceVersion without new content is remembered', async t => {
  const { code, push } = ownDossier()
  await push({ sourceVersion: 7 })
  t.match(await push({ sourceVersion: 9 }), { status: 200, body: { unchanged: true } })
  checkProblem(t, await gateway.push(aDossier({ code, sourceVersion: 8, summary: 'Tám' })), { status: 409, code: 'stale-revision' })
  t.match((await gateway.call({ url: `/v1/dossiers/${code}` })).json(), { revision: 1, sourceVersion: '9' })
})

t.test('versions are exact up to 2^53 - 1, and 0 is one', async t => {
  const { code, push } = ownDossier()
  t.equal((await push({ sourceVersion: 0 })).status, 202)
  t.equal((await push({ sourceVersion: Number.MAX_SAFE_INTEGER - 1, summary: 'Hai' })).status, 202)
  t.equal((await push({ sourceVersion: Number.MAX_SAFE_INTEGER, summary: 'Ba' })).status, 202)
  t.equal((await push({ sourceVersion: Number.MAX_SAFE_INTEGER - 1, summary: 'Bốn' })).status, 409)
  t.match((await gateway.call({ url: `/v1/dossiers/${code}` })).json(), { revision: 3, sourceVersion: '9007199254740991' })
})

t.test('without a version the order is that of arrival', async t => {
  const { push } = ownDossier()
  await push({ sourceVersion: 7 })
  t.match(await push({ summary: 'Không có phiên bản' }), { status: 202, body: { revision: 2 } })
  t.equal((await push({ sourceVersion: 6, summary: 'Cũ' })).status, 409, 'the version that is known stays known')
})

t.test('a field that is left out is gone in the new revision: a push is the whole state', async t => {
  const { code } = ownDossier()
  await gateway.push(aDossier({ code }))
  const { dueAt: _, ...without } = aDossier({ code })
  t.equal((await gateway.push(without)).statusCode, 202)
  t.match((await gateway.call({ url: `/v1/dossiers/${code}` })).json(), { revision: 2, dueAt: null })
})

t.test('without any adapter nothing is accepted, so that nothing is lost', async t => {
  const lone = await startGateway(t, { role: 'api', adapterSettings: { ADAPTERS: '' } })
  checkProblem(t, await lone.push(aDossier()), { status: 503, code: 'no-adapters' })
  t.match(await storedRows(lone.services), { dossiers: 0, audit: 0 })
})
