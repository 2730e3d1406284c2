// Writes the adapters' part of .env.example from their manifests: `npm run env:example`, after a change of a manifest.
// With --check it writes nothing and fails where the committed part is stale.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { KERNEL_SETTING_NAMES, settingPrefix } from '../src/config/adapter-settings.js'
import { adapterIds, readManifest } from '../src/adapters/registry.js'
import type { BilingualText } from '../src/model/bilingual.js'
import type { Manifest, ManifestSetting } from '../src/adapter-kit/manifest.js'

const MARKER = '# === Dưới đây do `npm run env:example` viết / Below is written by `npm run env:example` ===\n'
const target = join(process.cwd(), '.env.example')
// The sources' folder, not the build's: the latter keeps what was removed.
const folder = pathToFileURL(join(process.cwd(), 'adapters/'))

function block (manifest: Manifest): string {
  const { id, title, settings } = manifest
  const prefix = settingPrefix(id)
  return [
    `\n# --- ${title.vi} / ${title.en}: ADAPTERS=${id} ---\n`,
    ...Object.entries(settings).map(([key, setting]) => entry(prefix + key, setting)),
    '# Nếu cần: số khác với manifest, chứng thư (…_FILE), proxy, địa chỉ gửi / Where needed: other numbers than the manifest\'s, certificates (…_FILE), proxy, source address:\n' +
      KERNEL_SETTING_NAMES.map(key => `# ${prefix}${key}=\n`).join('')
  ].join('\n')
}

function entry (variable: string, setting: ManifestSetting): string {
  const { vi, en } = setting.help
  const { vi: vietnameseNeed, en: englishNeed } = need(setting)
  const value = setting.sensitive === true ? '' : String(setting.default ?? '')
  return `# ${vi}${vietnameseNeed}\n# ${en}${englishNeed}\n# ${variable}=${value}\n`
}

function need ({ required, requiredFor }: ManifestSetting): BilingualText {
  if (required === true) return { vi: ' (bắt buộc)', en: ' (required)' }
  if (requiredFor === undefined) return { vi: '', en: '' }
  const when = Object.entries(requiredFor).map(([name, values]) => `${name}=${values.join('|')}`).join(', ')
  return { vi: ` (bắt buộc khi ${when})`, en: ` (required with ${when})` }
}

const manifests = await Promise.all((await adapterIds(folder)).map(async id => readManifest(id, folder)))
const present = await readFile(target, 'utf8')
const [byHand] = present.split(MARKER)
const wanted = byHand + MARKER + manifests.map(block).join('')
if (!process.argv.includes('--check')) {
  await writeFile(target, wanted)
} else if (present !== wanted) {
  process.stderr.write('.env.example is stale: run npm run env:example\n')
  process.exitCode = 1
}
