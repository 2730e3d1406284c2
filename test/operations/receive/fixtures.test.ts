// Every golden call of every adapter, through real HTTP: the partner's request in, the partner's own answer out, what was
// stored and what was written down.
import { request as httpRequest } from 'node:http'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { aDossier } from '../../support/dossiers.js'
import { startGateway } from '../../support/gateway.js'
import { CASES, operationsOf, receivingAdapters, settingsOf, type Call, type InboundCase, type Operation } from './fixtures.js'

t.setTimeout(120_000)

const manifests = receivingAdapters()
const gateway = await startGateway(t, {
  adapterSettings: Object.assign({}, ...manifests.map(settingsOf), { ADAPTERS: manifests.map(({ id }) => id).join(',') }) as Record<string, string>,
  environment: { TRUST_PROXY: '127.0.0.0/8', OUTBOUND: 'paused', CLIENT_SUBJECT_HEADER: 'x-client-subject' }
})
const { db } = gateway.services
const url = new URL(await gateway.app.listen({ host: '127.0.0.1', port: 0 }))

/** Inside the allow lists of the fixtures. */
const PARTNER = '10.20.0.5'

async function send ({ manifest, name }: Operation, call: Call): Promise<InboundCase['reply']> {
  const receive = manifest.receive?.[name]
  const path = call.path ?? receive?.paths[0] ?? `/callbacks/${manifest.id}/${name}`
  const body = call.bytes === undefined ? Buffer.from(call.text ?? (call.body === undefined ? '' : JSON.stringify(call.body))) : Buffer.alloc(call.bytes, ' ')
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: url.hostname, port: url.port, path, method: 'POST', agent: false, headers: { 'content-type': 'application/json', 'x-forwarded-for': call.address ?? PARTNER, 'content-length': body.length, ...call.headers } }, response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
        const text = Buffer.concat(chunks).toString()
        resolve({ status: response.statusCode ?? 0, body: /json/.test(response.headers['content-type'] ?? '') ? JSON.parse(text) as unknown : text })
      })
    })
    request.on('error', reject).end(body)
  })
}

async function count (): Promise<number> {
  const { rows: [row] } = await sql<{ count: string }>`select count(*) from inbound_messages`.execute(db)
  return Number(row?.count)
}

interface Entry { id: string, action: string, dossier_code: string | null, details: { code?: string, event?: string } }

async function auditAfter (id: string): Promise<Entry[]> {
  const { rows } = await sql<Entry>`select id, action, dossier_code, details from audit_entries where id > ${id} and action like 'inbound.%' order by id`.execute(db)
  return rows
}

async function lastAudit (): Promise<string> {
  const { rows: [row] } = await sql<{ id: string }>`select coalesce(max(id), 0)::text as id from audit_entries`.execute(db)
  return row?.id ?? '0'
}

/**
 * Each case finds its dossiers and nothing else that it speaks of. Earlier ones are put out of its way by another name: to
 * truncate the tables takes many times as long.
 */
async function prepare ({ dossiers = [], given = [] }: InboundCase): Promise<void> {
  await sql`update inbound_messages set key = id || ' ' || key`.execute(db)
  await sql`update dossiers set code = 'old-' || id where code not like 'old-%'`.execute(db)
  await sql`update payment_requests set reference = 'old-' || id where reference not like 'old-%'`.execute(db)
  for (const code of dossiers) {
    const { statusCode, body } = await gateway.push(aDossier({ code }))
    if (statusCode !== 202) throw new Error(`${code}: ${body}`)
  }
  for (const { method, url, body, status } of given) {
    const response = await gateway.call({ method, url, payload: body as object })
    if (response.statusCode !== status) throw new Error(`${url}: ${response.statusCode} ${response.body}`)
  }
}

function withoutPatterns (t: Test, reply: InboundCase['reply'], patterns: InboundCase['replyPatterns'] = {}): InboundCase['reply'] {
  const body = structuredClone(reply.body)
  for (const [pointer, pattern] of Object.entries(patterns)) {
    const names = pointer.slice(1).split('/')
    const last = names.pop() ?? ''
    const owner = names.reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], body) as Record<string, unknown> | undefined
    t.match(owner?.[last], new RegExp(pattern), pointer)
    if (owner !== undefined) owner[last] = '*'
  }
  return { ...reply, body }
}

for (const operation of manifests.flatMap(operationsOf)) {
  const { adapter, name, cases, notApplicable } = operation
  t.test(`${adapter}.${name} shows every case, or says why it cannot happen`, async t => {
    t.strictSame(CASES.filter(one => !cases.has(one) && notApplicable[one] === undefined), [])
    t.strictSame(Object.keys(notApplicable).filter(one => cases.has(one)), [], 'not both')
  })

  for (const [title, one] of cases) {
    t.test(`${adapter}.${name}, ${title}: ${one.what}`, async t => {
      await prepare(one)
      for (const before of one.before ?? []) await send(operation, cases.get(before)?.request ?? {})
      const [stored, last] = [await count(), await lastAudit()]
      t.strictSame(withoutPatterns(t, await send(operation, one.request), one.replyPatterns), one.reply)
      t.equal(await count() - stored, one.stored, 'messages stored')
      const entries = await auditAfter(last)
      t.strictSame(entries.map(({ action, dossier_code: code, details }) => [action, code, details.code ?? details.event].filter(part => part != null).join(' ')), one.audit)
    })
  }
}
