// Every kind of finding that is declared is documented, speaks both languages, and is pinned by a golden file.
import { readFile } from 'node:fs/promises'
import t, { type Test } from 'tap'
import type { FindingKind } from '../../src/model/findings.js'
import { adapterIds, loadAdapter } from '../../src/adapters/registry.js'
import { DROP_IN_KINDS, GATEWAY_KINDS, KERNEL_KINDS } from '../../scripts/finding-kinds.js'
import { goldenFiles, readGolden } from '../dossier/review/golden.js'

const FOLDERS = ['test/dossier', 'test/dossier/review', 'test/operations/deliver', 'test/http/dossiers', 'test/http/dossiers/xml', 'test/http/files', 'test/operations/accept']
/** What today's schema has no rule for: the words are for a rule that comes later. */
const WITHOUT_GOLDEN = ['field-invalid']
const VIETNAMESE = /[ăâđêôơưáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]/i

async function goldenCodes (folders: readonly string[]): Promise<Set<string>> {
  const cases = folders.flatMap(goldenFiles).flatMap(file => readGolden(file))
  return new Set(cases.flatMap(({ findings }) => (findings as FindingKind[]).map(({ code }) => code)))
}

function speaks (t: Test, kinds: readonly FindingKind[]): void {
  for (const { code, message, cure } of kinds) {
    t.match(code, /^[a-z]+(-[a-z]+)*$/)
    t.match(`${message.vi} / ${cure.vi}`, VIETNAMESE, `${code} in Vietnamese`)
    t.ok(message.en !== message.vi && cure.en !== cure.vi, `${code} in English`)
    for (const text of [message, cure].flatMap(({ vi, en }) => [vi, en])) t.match(text, /^\S.*[.]$/, `${code}: a sentence`)
  }
}

t.test('each kind of the gateway has its own code and both languages', async t => {
  const kinds = [...GATEWAY_KINDS, ...KERNEL_KINDS, ...DROP_IN_KINDS]
  t.equal(new Set(kinds.map(({ code }) => code)).size, kinds.length)
  speaks(t, kinds)
})

t.test('each kind of the gateway has a golden case', async t => {
  const pinned = await goldenCodes(FOLDERS)
  t.strictSame([...GATEWAY_KINDS, ...KERNEL_KINDS, ...DROP_IN_KINDS].map(({ code }) => code).filter(code => !pinned.has(code)), WITHOUT_GOLDEN)
})

t.test('each adapter declares its kinds, with both languages and a golden case each', async t => {
  for (const id of await adapterIds()) {
    const { findings: mapping = [], accept } = (await loadAdapter(id)).adapter
    const findings = [...mapping, ...accept?.findings ?? []]
    if (findings.length === 0) continue
    t.equal(new Set(findings.map(({ code }) => code)).size, findings.length)
    speaks(t, findings)
    const pinned = await goldenCodes([`test/adapters/${id}`])
    t.strictSame(findings.map(({ code }) => code).filter(code => !pinned.has(code)), [], id)
  }
})

t.test('the document names every kind', async t => {
  const text = await readFile('docs/findings.md', 'utf8')
  for (const { code } of [...GATEWAY_KINDS, ...KERNEL_KINDS, ...DROP_IN_KINDS]) t.ok(text.includes(`\`${code}\``), code)
})
