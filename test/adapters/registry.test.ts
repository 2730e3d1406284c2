// Every folder of adapters/ is an adapter; what is wrong in one is named with its file (ADR 0004).
import t from 'tap'
import { ADAPTERS_FOLDER, adapterIds, loadAdapter, readManifest } from '../../src/adapters/registry.js'
import { adaptersFolder } from './adapters-folder.js'

t.test('every folder is an adapter, in the order of their names; loose files are none', async t => {
  const { url, add } = await adaptersFolder(t)
  for (const id of ['second', 'first', 'a-third']) await add(id)
  t.strictSame(await adapterIds(url), ['a-third', 'first', 'second'])
})

t.test('the gateway\'s own folder is found beside the code, and each adapter in it loads', async t => {
  const ids = await adapterIds()
  t.ok(ids.includes('national-portal'))
  for (const id of ids) {
    const { manifest, adapter, schemas } = await loadAdapter(id, ADAPTERS_FOLDER)
    t.equal(manifest.id, id)
    t.strictSame([...schemas.keys()], Object.keys(manifest.deliver?.calls ?? {}), 'a schema for each call')
    t.equal(adapter.deliver === undefined, manifest.deliver === undefined)
  }
})

t.test('a loaded adapter has its manifest, code tables and a check for each message', async t => {
  const { url, add, write } = await adaptersFolder(t)
  await add('first')
  await write('first/codes.json', '{"status":{"finished":"9"}}')
  const { manifest, codes, schemas } = await loadAdapter('first', url)
  t.equal(manifest.title.en, 'Partner first')
  t.strictSame(codes, { status: { finished: '9' } })
  t.equal(schemas.get('dossier')?.({ code: 'x', revisionText: 'y' }), true)
  t.equal(schemas.get('dossier')?.({ code: 7 }), false)
})

t.test('a manifest that breaks the contract is refused: every fault is named with file and place', async t => {
  const { url, add } = await adaptersFolder(t)
  await add('first', { protocol: '', limits: { concurrency: 0 }, retry: undefined, extra: true })
  const error = await readManifest('first', url).then(() => undefined, (reason: unknown) => reason) as { name: string, problems: string[] } | undefined
  t.equal(error?.name, 'ConfigError')
  for (const part of ['adapters/first/manifest.json: must have required property \'retry\'', 'manifest.json/protocol', 'manifest.json/limits/concurrency', 'must NOT have additional properties']) {
    t.ok(error?.problems.some(problem => problem.includes(part)), part)
  }
})

t.test('a setting that is required for one that does not exist is refused', async t => {
  const { url, add } = await adaptersFolder(t)
  const help = { vi: 'x', en: 'x' }
  await add('first', { settings: { LOGIN: { type: 'path', requiredFor: { GENERATOIN: ['a'] }, help } } })
  await t.rejects(readManifest('first', url), /adapters\/first\/manifest\.json: LOGIN is required for GENERATOIN, which is no setting/)
})

t.test('an operation that only one of manifest and code has, or that no setting opens, is refused', async t => {
  const { url, add } = await adaptersFolder(t)
  const [help, title] = [{ vi: 'x', en: 'x' }, { vi: 'x', en: 'x' }]
  const setting = { type: 'string', help }
  await add('first', { settings: { ACCEPT: setting }, accept: { title, enabledBy: 'ACCEPT' } })
  await t.rejects(loadAdapter('first', url), /adapters\/first: manifest\.json names accept, which adapter\.ts does not offer/)
  await add('second', { accept: { title, enabledBy: 'ACCEPT' } })
  await t.rejects(readManifest('second', url), /accept is enabled by ACCEPT, which is no setting/)
})

t.test('a manifest with another id than its folder is refused', async t => {
  const { url, add } = await adaptersFolder(t)
  await add('first', { id: 'premier' })
  await t.rejects(loadAdapter('first', url), { name: 'ConfigError', message: 'adapters/first/manifest.json: id is premier, the folder is first' })
})

t.test('a call without a schema stops the boot: nothing would check what is sent', async t => {
  const { url, add } = await adaptersFolder(t)
  const call = { upsert: true, safeToRepeat: true }
  await add('first', { deliver: { supersedes: true, calls: { dossier: call, unchecked: call } } })
  await t.rejects(loadAdapter('first', url), /unchecked\.json/)
})

t.test('a schema that is none stops the boot', async t => {
  const { url, add, write } = await adaptersFolder(t)
  await add('first')
  await write('first/schema/dossier.json', '{"type":"nonsense"}')
  await t.rejects(loadAdapter('first', url))
})

t.test('a file that is missing or no JSON is named as a fault of the settings, not as a defect', async t => {
  const { url, add, write } = await adaptersFolder(t)
  await write('empty/README.md', '')
  await add('first')
  await write('first/manifest.json', '{"id": "first",')
  for (const id of ['empty', 'first']) {
    const error = await readManifest(id, url).then(() => undefined, (reason: unknown) => reason as Error)
    t.type(error, Error)
    t.match(error, { name: 'ConfigError', message: `adapters/${id}/manifest.json` }, id)
  }
})
