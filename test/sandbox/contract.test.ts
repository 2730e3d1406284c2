// The example messages of contract §7 that the sandbox offers, to the letter: what it takes, and what it answers.
import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { start, type Client, type Message } from './support.js'

interface Golden {
  name: string
  request: Message
  answer: Message
  b: { url: string, body?: unknown, answer?: unknown }
}

const FOLDER = new URL('../../adapters/national-portal/fixtures/contract/', import.meta.url)
const golden = <Shape = Golden>(name: string): Shape => JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as Shape
const LOGIN = golden('7.01-login')
const CREATE = golden('7.02-create')
const PROGRESS = golden('7.06-progress')
const ACCEPTED = { error_code: '0', message: 'Đồng bộ thành công' }

async function open (t: Test): Promise<Client> {
  return start(t, { settings: { accounts: [{ username: '000.00.00.H99', password: '<secret>' }, { username: '000.00.00.H15', password: 'sandbox' }] } })
}

/** The example with a session that is one. */
async function ask (client: Client, { request }: Pick<Golden, 'request'>): Promise<Message> {
  return await client.ask({ ...request, session: client.session }) as Message
}

async function wrapped (client: Client, { b }: Pick<Golden, 'b'>): Promise<string> {
  const response = await fetch(`${client.base}/KetNoiMotCuaQuocGia/${b.url}`, {
    ...(b.body !== undefined && { method: 'POST', body: JSON.stringify(b.body), headers: { 'content-type': 'application/json' } })
  })
  return await response.text()
}

function rowsOf (result: unknown): unknown[] {
  return Array.isArray(result) ? result : (result as { data: unknown[] }).data
}

t.test('7.1: the login', async t => {
  const client = await open(t)
  const { session, ...rest } = await (await client.login(LOGIN.request)).json() as Message
  const { session: _, ...expected } = LOGIN.answer
  t.strictSame(rest, expected)
  t.type(session, 'string')
})

t.test('7.2, 7.4, 7.6, 7.7: a dossier is looked for, created, refused the second time, and gets its steps', async t => {
  const client = await open(t)
  const lookup = golden('7.07-lookup')
  t.strictSame(await ask(client, lookup), lookup.answer)
  t.strictSame(JSON.parse(await wrapped(client, lookup)), lookup.b.answer)
  t.strictSame(await ask(client, CREATE), CREATE.answer)
  t.strictSame(await ask(client, CREATE), golden('7.04-duplicate').answer)
  t.strictSame(JSON.parse(await wrapped(client, CREATE)), golden('7.04-duplicate').answer, 'generation B asks the same portal')
  t.strictSame(await ask(client, PROGRESS), ACCEPTED)
  t.equal(await wrapped(client, PROGRESS), PROGRESS.b.answer)
  t.match(client.sandbox.summary(), { creates: 1, steps: 4, duplicatedSteps: 2 })
})

t.test('7.3, 7.5: an update with a result and a supplement request is taken', async t => {
  const client = await open(t)
  await ask(client, CREATE)
  const update = golden('7.03-update')
  const { member } = golden<{ member: Message }>('7.05-supplement')
  const whole = { ...(CREATE.request['data'] as [Message])[0], ...(update.request['data'] as [Message])[0], DanhSachHoSoBoSung: [member] }
  t.strictSame(await ask(client, { request: { ...update.request, data: [whole] } }), ACCEPTED)
  t.strictSame(JSON.parse(await wrapped(client, { b: { ...update.b, body: [whole] } })), ACCEPTED)
})

for (const read of golden<Golden[]>('7.08-catalogue')) {
  t.test(`7.8: ${read.name} has the printed rows among its own, in both generations`, async t => {
    const client = await open(t)
    const { result, ...rest } = await ask(client, read)
    const { result: printed, ...expected } = read.answer
    t.strictSame(rest, expected)
    const { message, ...outer } = JSON.parse(await wrapped(client, read)) as { message: string }
    t.strictSame(outer, { error_code: '0' })
    t.strictSame(JSON.parse(message), { result }, 'generation B carries the same as text')
    t.equal(Array.isArray(result), Array.isArray(printed))
    for (const row of rowsOf(printed)) t.ok(rowsOf(result).some(own => JSON.stringify(own) === JSON.stringify(row)), JSON.stringify(row))
  })
}

for (const write of [golden('7.09-status'), ...golden<Golden[]>('7.10-feedback')]) {
  t.test(`7.9, 7.10: ${String(write.request['service'])} is taken and kept`, async t => {
    const client = await open(t)
    t.strictSame(await ask(client, write), ACCEPTED)
    t.strictSame(JSON.parse(await wrapped(client, write)), ACCEPTED)
    const { messages } = (await client.control('GET', '/messages')).body as { messages: Array<{ data: Message }> }
    const [item = write.request['data']] = Array.isArray(write.request['data']) ? write.request['data'] as Message[] : []
    t.strictSame(messages.map(({ data }) => data), [item, item])
  })
}
