// A paper from its upload to the national side, which gets a link and fetches it.
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { readConfig } from '../../src/config/gateway.js'
import { openFilesOf } from '../../src/operations/deliver/files.js'
import type { Claim } from '../../src/operations/deliver/claim.js'
import { examine } from '../../src/cli/examine.js'
import { currentDossier, type SandboxDossier } from '../../src/sandbox/store.js'
import { aDossier, codeOf } from '../support/dossiers.js'
import { aPdf, sha256Of, SIGNING_KEY, upload } from '../support/files.js'
import { deliveryStates, startGateway } from '../support/gateway.js'
import { steadyPort } from '../support/ports.js'

const port = await steadyPort()
const url = `http://127.0.0.1:${port}`
const folder = join(t.testdir(), 'files')
const FILES = { FILES_DIR: folder, FILES_SIGNING_KEY: SIGNING_KEY, PUBLIC_URL: url }

t.test('a dossier with a file arrives with a link, and what the link gives is the file', async t => {
  const gateway = await startGateway(t, { environment: FILES })
  const { services, sandbox } = gateway
  await gateway.app.listen({ host: '127.0.0.1', port })
  const papers = await Promise.all(['đơn', 'kết quả'].map(async word => {
    const content = aPdf(word)
    return { content, ...(await upload(url, content, { name: `${word}.pdf` })).body }
  }))
  const [document, result] = papers
  const elsewhere = 'https://motcua.example.vn/tep/1?t=5'
  const dossier = aDossier({
    code: codeOf(1),
    documents: [{ name: 'Đơn.pdf', url: String(document?.url) }, { name: 'Khác.pdf', url: elsewhere }],
    results: [{ name: 'Kết quả', url: String(result?.url) }]
  })
  t.equal((await gateway.push(dossier)).statusCode, 202)
  await gateway.settled()
  const held = currentDossier(sandbox.store.dossier(codeOf(1)) as SandboxDossier) as Record<string, Array<Record<string, string>>>
  const { TaiLieuNop = [], DanhSachGiayToKetQua = [] } = held
  t.equal(TaiLieuNop[1]?.DuongDanTaiTepTin, elsewhere, 'the province\'s own link is passed on unchanged')
  const links = [TaiLieuNop[0]?.DuongDanTaiTepTin, DanhSachGiayToKetQua[0]?.DuongDanTepTinKetQua].map(String)
  for (const [index, link] of links.entries()) {
    const response = await fetch(link)
    t.equal(response.status, 200, link.replace(/signature.*/, ''))
    t.equal(sha256Of(Buffer.from(await response.arrayBuffer())), papers[index]?.sha256)
  }

  await t.test('the signature is in no evidence', async t => {
    const [exchange] = await services.db.selectFrom('exchanges').select('request').execute()
    t.match(JSON.stringify(exchange), '"DuongDanTaiTepTin":"***"')
    const signature = new URL(links[0] ?? '').searchParams.get('signature') ?? ''
    t.notMatch(JSON.stringify(exchange), signature)
  })

  await t.test('an adapter whose partner wants bytes reads the dossier\'s own files, and no others', async t => {
    const claim = { head: { dossierCode: codeOf(1) }, lease: { signal: new AbortController().signal } } as unknown as Claim
    const access = openFilesOf(services, claim)
    const { stream, ...file } = await access.open(String(document?.id))
    t.match(file, { name: 'đơn.pdf', mediaType: 'application/pdf', size: document?.content.length, sha256: document?.sha256 })
    t.equal(await text(stream), document?.content.toString())
    const { body } = await upload(url, aPdf('của hồ sơ khác'))
    await t.rejects(access.open(String(body.id)), /refers to no file/)
  })

  await t.test('the doctor looks whether contents and settings are there', async t => {
    const lineOf = async (changed: Record<string, string> = {}): Promise<unknown> => {
      const config = readConfig({ ...gateway.environment, ...changed })
      return (await examine(services.db, { adapters: ['national-portal'], config })).find(({ check }) => check === 'files')
    }
    t.match(await lineOf(), { ok: true, detail: /newest 2 contents are there/ })
    t.match(await lineOf({ FILES_SIGNING_KEY: '' }), { ok: false, detail: /FILES_SIGNING_KEY is not set/ })
    t.match(await lineOf({ FILES_DIR: t.testdir() }), { ok: false, detail: /2 of the newest 2 contents/ })
  })

  await t.test('the same dossier again, with its links made anew, is nothing new', async t => {
    t.match((await gateway.push(dossier)).json(), { revision: 1, unchanged: true })
  })
})

t.test('without a key a dossier with a file is accepted, told what is missing, and fails until it is there', async t => {
  const gateway = await startGateway(t, { environment: { FILES_DIR: folder } })
  const api = await gateway.app.listen({ host: '127.0.0.1', port: 0 })
  const { body } = await upload(api, aPdf('chưa có khóa'))
  const receipt = await gateway.push(aDossier({ code: codeOf(2), documents: [{ name: 'Đơn.pdf', url: String(body.url) }] }))
  t.match(receipt.json(), { findings: [{ severity: 'error', code: 'file-link-unavailable', pointer: '/documents/0/url', adapter: 'national-portal' }] })
  await gateway.settled()
  t.strictSame(await deliveryStates(gateway.services), [`${codeOf(2)} 1 failed`])
  t.equal(gateway.sandbox.store.size(), 0)
})
