// What the national side fetches: with a right link the file, whole or in parts; with any other the same 403.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import t from 'tap'
import { createLinks } from '../../../src/files/links.js'
import { aDossier, codeOf } from '../../support/dossiers.js'
import { aPdf, sha256Of, SIGNING_KEY, upload } from '../../support/files.js'
import { startGateway } from '../../support/gateway.js'
import { checkProblem } from '../refusal.js'

const OLD_KEY = 'an-older-key-of-32-characters-00'
const folder = join(t.testdir(), 'files')
const gateway = await startGateway(t, { role: 'api', environment: { FILES_DIR: folder, FILES_SIGNING_KEY: `${SIGNING_KEY},${OLD_KEY}`, PUBLIC_URL: 'https://gw.example.vn' } })
const { app, services: { db, files } } = gateway
const url = await app.listen({ host: '127.0.0.1', port: 0 })

const content = aPdf('giấy tờ của một người')
const { body: { id = '', url: reference = '' } } = await upload(url, content, { name: 'Đơn đề nghị.pdf' })
await gateway.push(aDossier({ code: codeOf(1), documents: [{ name: 'Đơn.pdf', url: reference }] }))

const pathOf = (link: string | undefined): string => String(link).replace('https://gw.example.vn', url)
const link = pathOf(files.links.from(new Date())(id))
const views = async (): Promise<unknown[]> => db.selectFrom('audit_entries').select(['actor', 'dossier_code', 'details']).where('action', '=', 'file.viewed').orderBy('id').execute()

t.test('a right link gives the file, to be saved, under its own name, and nothing may keep or run it', async t => {
  const response = await fetch(link)
  t.equal(response.status, 200)
  t.equal(sha256Of(Buffer.from(await response.arrayBuffer())), sha256Of(content))
  t.match(Object.fromEntries(response.headers), {
    'content-type': 'application/pdf',
    'content-length': String(content.length),
    'content-disposition': "attachment; filename=\"Don de nghi.pdf\"; filename*=UTF-8''%C4%90%C6%A1n%20%C4%91%E1%BB%81%20ngh%E1%BB%8B.pdf",
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'content-security-policy': /sandbox/,
    'accept-ranges': 'bytes',
    etag: `"${sha256Of(content)}"`
  })
})

t.test('parts, as a client fetches that was cut off', async t => {
  const part = async (headers: Record<string, string>) => {
    const response = await fetch(link, { headers })
    return [response.status, response.headers.get('content-range'), (await response.text())] as const
  }
  const [size, text] = [content.length, content.toString('latin1')]
  t.strictSame((await part({ range: 'bytes=0-4' })), [206, `bytes 0-4/${size}`, '%PDF-'])
  t.strictSame((await part({ range: 'bytes=-6' })), [206, `bytes ${size - 6}-${size - 1}/${size}`, text.slice(-6)])
  t.match((await part({ range: `bytes=${size}-` })), [416, `bytes */${size}`, /range-not-satisfiable/])
  t.match((await part({ range: 'bytes=0-4', 'if-range': '"another"' })), [200, null])
  t.match((await part({ range: 'bytes=0-4', 'if-range': `"${sha256Of(content)}"` })), [206])
  t.match((await part({ 'if-none-match': `"${sha256Of(content)}"` })), [304, null, ''])
})

t.test('HEAD says size and name and sends nothing', async t => {
  const response = await fetch(link, { method: 'HEAD' })
  t.strictSame([response.status, response.headers.get('content-length'), await response.text()], [200, String(content.length), ''])
})

t.test('wrong, changed or expired, also for a file that never was: the same 403', async t => {
  const nowhere = '0f8fad5b-d9cb-469f-a165-70867728950e'
  const year = 365 * 86_400_000
  const bad = [
    `${url}/files/${id}`, `${url}/files/${nowhere}`, `${url}/files/x`, `${link}A`, link.replace('expires=', 'expires=1'), link.replace(id, nowhere),
    pathOf(files.links.from(new Date(Date.now() - year))(id)), `${link}&signature=x`,
    pathOf(createLinks({ publicUrl: url, signingKeys: ['a-key-of-nobody-a-key-of-nobody-1'], days: 30 }).from(new Date())(id))
  ]
  const bodies = new Set<string>()
  for (const path of bad) {
    const response = await app.inject({ url: path.replace(url, '') })
    checkProblem(t, response, { status: 403, code: 'file-link-invalid' })
    const { correlationId: _, ...body } = response.json<Record<string, unknown>>()
    bodies.add(JSON.stringify(body))
  }
  t.equal(bodies.size, 1)
})

t.test('a link of the key before the last change of keys still opens', async t => {
  const { from } = createLinks({ publicUrl: url, signingKeys: [OLD_KEY], days: 1 })
  t.equal((await fetch(String(from(new Date())(id)))).status, 200)
})

t.test('every download is in the dossier\'s history; a thousand parts of one are not a thousand entries', async t => {
  await sql`update files set viewed_at = null`.execute(db)
  const before = (await views()).length
  for (let part = 1; part <= 10; part++) await (await fetch(link, { headers: { range: `bytes=${part}-${part}` } })).text()
  t.equal((await views()).length, before + 1)
  for (let times = 0; times < 3; times++) await (await fetch(link)).text()
  const after = await views()
  t.equal(after.length, before + 4)
  t.match(after.at(-1), { actor: /^link:[0-9a-f]{8}$/, dossier_code: codeOf(1), details: { file: id, partial: false } })
  t.notMatch(JSON.stringify(after), 'Đơn')
  t.match((await gateway.call({ url: '/metrics' })).body, /lienthong_file_downloads_total\{status="200"\} [1-9]/)
})

t.test('the signed link is in no evidence, preview or stored revision', async t => {
  const dossier = aDossier({ code: codeOf(1), documents: [{ name: 'Đơn.pdf', url: reference }] })
  const preview = await gateway.call({ method: 'POST', url: '/v1/dossiers/preview', payload: dossier })
  t.match(preview.body, `https://gw.example.vn/files/${id}?expires=***&signature=***`)
  t.notMatch((await gateway.call({ url: `/v1/dossiers/${codeOf(1)}` })).body, 'signature=')
})

t.test('a right link to a content that is away is an error of ours, and one to a removed file says so', async t => {
  const { body: { id: removed = '' } } = await upload(url, aPdf('sẽ mất'))
  const path = pathOf(files.links.from(new Date())(removed)).replace(url, '')
  await rm(folder, { recursive: true })
  checkProblem(t, await app.inject({ url: path }), { status: 503, code: 'files-unavailable' })
  await sql`delete from files where id = ${removed}`.execute(db)
  checkProblem(t, await app.inject({ url: path }), { status: 404, code: 'file-not-found' })
})
