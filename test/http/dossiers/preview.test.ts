// The preview shows what would be sent, to the letter, and neither stores nor sends anything.
import t from 'tap'
import { shownEntry } from '../../../src/sandbox/request-log.js'
import { aDossier, aStep, codeOf } from '../../support/dossiers.js'
import { startGateway } from '../../support/gateway.js'
import { storedRows } from '../refusal.js'

const gateway = await startGateway(t)

interface PreviewBody {
  code: string
  findings: Array<{ code: string, pointer: string, severity: string, adapter?: string }>
  adapters: Array<{
    adapter: string
    requests: Array<{ operation: string, method: string, url: string, headers: Record<string, string>, body: Message }>
    findings: Array<{ code: string, severity: string, adapter?: string }>
  }>
}

interface Message {
  service: string
  isUpdating?: string
  session?: string
  data: Array<Record<string, unknown>>
}

async function preview (dossier: object): Promise<PreviewBody> {
  const response = await gateway.call({ method: 'POST', url: '/v1/dossiers/preview', payload: dossier })
  return response.json()
}

/** What the portal got about a dossier. */
function messagesAtPortal (code: string): Message[] {
  return gateway.sandbox.log.list({ code, after: 0, limit: 1000 }).map(entry => shownEntry(entry)['body'] as Message)
}

function withoutSession ({ session: _, ...message }: Message): Omit<Message, 'session'> {
  return message
}

t.test('nothing is stored and nothing is sent', async t => {
  const shown = await preview(aDossier({ code: codeOf(1), progress: [aStep()] }))
  t.match(shown, { code: codeOf(1), adapters: [{ adapter: 'national-portal' }] })
  t.match(await storedRows(gateway.services), { dossiers: 0, revisions: 0, steps: 0, deliveries: 0, audit: 0 })
  t.equal(gateway.sandbox.log.total(), 0, 'the portal saw no request, not even a login')
})

t.test('the messages are those that are sent then, to the letter', async t => {
  const dossier = aDossier({ code: codeOf(2), progress: [aStep({ occurredAt: '2026-11-05T09:00:00+07:00', content: 'Thẩm định' }), aStep()] })
  const shown = await preview(dossier)
  await gateway.push(dossier)
  await gateway.settled()
  const requests = shown.adapters.flatMap(adapter => adapter.requests)
  t.strictSame(requests.map(request => request.operation), ['dossier', 'progress'])
  t.strictSame(requests.map(request => withoutSession(request.body)), messagesAtPortal(codeOf(2)).map(withoutSession))
  t.notMatch(JSON.stringify(shown), `"${gateway.environment['ADAPTER_NATIONAL_PORTAL_PASSWORD'] ?? ''}"`, 'no secret is shown')
})

t.test('create or update is chosen by what we know the portal to hold', async t => {
  const modeOf = async (): Promise<unknown> => (await preview(aDossier({ code: codeOf(3), summary: 'Mới' }))).adapters[0]?.requests[0]?.body.isUpdating
  const before = await modeOf()
  await gateway.push(aDossier({ code: codeOf(3) }))
  await gateway.settled()
  t.strictSame([before, await modeOf()], ['False', 'True'])
})

t.test('steps that the portal confirmed are left out; waiting ones and new ones are shown, oldest first', async t => {
  const code = codeOf(4)
  const step = (n: number): ReturnType<typeof aStep> => aStep({ id: `s${n}`, content: `Bước ${n}`, occurredAt: `2026-11-0${n}T09:00:00+07:00` })
  await gateway.push(aDossier({ code, progress: [step(1)] }))
  await gateway.settled()
  await gateway.call({ method: 'POST', url: '/v1/adapters/national-portal/pause' })
  t.teardown(() => gateway.call({ method: 'POST', url: '/v1/adapters/national-portal/resume' }))
  await gateway.push(aDossier({ code, progress: [step(1), step(3)] }))
  const shown = await preview(aDossier({ code, progress: [step(4), step(1), step(2), step(3)] }))
  const reported = shown.adapters[0]?.requests.filter(request => request.operation === 'progress').flatMap(request => request.body.data)
  t.strictSame(reported?.map(item => item['NoiDungXuLy']), ['Bước 2', 'Bước 3', 'Bước 4'])
})

t.test('findings of the document and of the partner are told apart', async t => {
  const { applicant } = aDossier()
  const shown = await preview(aDossier({ code: 'Ma.La-1', applicant: { ...applicant, identities: [{ type: 'other', number: '77' }] } }))
  t.match(shown.findings, [{ code: 'dossier-code-notation', severity: 'warning' }])
  t.ok(shown.findings.every(finding => finding.adapter === undefined))
  const partner = shown.adapters[0]?.findings ?? []
  t.ok(partner.length > 0 && partner.every(finding => finding.adapter === 'national-portal'))
})

t.test('what the partner will not take is told at the push too', async t => {
  const { applicant } = aDossier()
  const response = await gateway.push(aDossier({ code: codeOf(6), applicant: { ...applicant, accountId: '066099000001' } }))
  t.equal(response.statusCode, 202)
  const { findings } = response.json() as PreviewBody
  t.match(findings.find(finding => finding.adapter !== undefined), { adapter: 'national-portal', code: 'account-id-is-identity-number' })
})

t.test('without an adapter there is nothing to show', async t => {
  const lone = await startGateway(t, { role: 'api', adapterSettings: { ADAPTERS: '' } })
  const response = await lone.call({ method: 'POST', url: '/v1/dossiers/preview', payload: aDossier() })
  t.match(response.json(), { code: aDossier().code, adapters: [] })
})
