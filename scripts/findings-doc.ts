// Writes docs/findings.md from the declarations of the findings: `npm run findings:doc`, after a change of one.
// With --check it writes nothing and fails where the document is stale.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { FindingKind, Severity } from '../src/model/findings.js'
import { adapterIds, loadAdapter } from '../src/adapters/registry.js'
import { DROP_IN_KINDS, GATEWAY_KINDS, KERNEL_KINDS } from './finding-kinds.js'

const target = join(process.cwd(), 'docs/findings.md')
// The sources' folder, not the build's: the latter keeps what was removed.
const folder = pathToFileURL(join(process.cwd(), 'adapters/'))

const HEAD = `# Ghi chú và lỗi của hồ sơ · *Findings*

<!-- Do \`npm run findings:doc\` viết từ mã nguồn; không sửa tay. / Written from the code; do not edit. -->

Mọi điều Liên Thông có thể nói về một hồ sơ được gửi. \`code\` không đổi giữa các phiên bản, hãy lập trình theo \`code\`; lời văn có
thể thay đổi. \`…\` là chỗ điền số hoặc tên trường; giá trị của hồ sơ không bao giờ được nhắc lại.
*Everything Liên Thông may say about a pushed dossier. Program against \`code\`: codes stay, words may change. \`…\` stands for a
number or a member's name; a value of the dossier is never repeated.*

Mỗi ghi chú có · *a finding has*: \`severity\`, \`code\`, \`pointer\` (JSON pointer), \`message\`, \`messageEn\`, \`cure\`, \`cureEn\`, và
\`adapter\` nếu nói về một hệ thống đích · *if it is about one destination*. Cách nhận: [api.md](api.md), mục 3 và 4. Căn cứ · *clause*:
\`national-portal\` và \`standards\` là hai tài liệu hợp đồng của dự án · *the project's contract documents*.
`

interface Section {
  title: string
  effect: string
  kinds: readonly FindingKind[]
}

function gatewaySections (): Section[] {
  return [
    {
      title: 'Liên Thông · *the gateway*: error',
      effect: 'Tài liệu bị từ chối với HTTP 422 (`step-changed`: 409), không có gì được lưu. *The document is refused with 422 (`step-changed`: 409); nothing is stored.*',
      kinds: ofSeverity(GATEWAY_KINDS, 'error')
    },
    {
      title: 'Liên Thông · *the gateway*: warning',
      effect: 'Hồ sơ được nhận và gửi đi nguyên như vậy, trừ khi lời văn nói khác. *Accepted and sent as it is, unless the words say otherwise.*',
      kinds: ofSeverity(GATEWAY_KINDS, 'warning')
    }
  ]
}

function adapterSections (id: string, kinds: readonly FindingKind[]): Section[] {
  const effects: Readonly<Record<Severity, string>> = {
    error: 'Hồ sơ được nhận, nhưng lần gửi tới hệ thống này `failed` (loại `mapping`). *Accepted, but the delivery to this destination fails (kind `mapping`).*',
    warning: 'Vẫn gửi; có điều bị đổi, bị bỏ hoặc đáng ngờ. *Sent, with something changed, left out or doubtful.*',
    scoring: 'Vẫn gửi; tỉnh mất điểm trong bộ chỉ số phục vụ người dân, doanh nghiệp (QĐ 766). *Sent, but costs the province points in the service-quality index.*'
  }
  return (['error', 'warning', 'scoring'] as const)
    .map(severity => ({ title: `\`${id}\`: ${severity}`, effect: effects[severity], kinds: ofSeverity(kinds, severity) }))
}

function dropInSection (id: string, kinds: readonly FindingKind[]): Section {
  return {
    title: `\`${id}\`: bản tin nhận theo định dạng của bên nhận · *messages in its own format*`,
    effect: 'Bản tin vẫn được nhận; ghi chú được lưu cùng hồ sơ (`intakeNotes` của `GET /v1/dossiers/{code}`; [drop-in.md](drop-in.md)). Các lỗi `error` của Liên Thông ở trên cũng chỉ là ghi chú ở đây. *Accepted all the same; kept with the dossier. The gateway\'s own errors above are findings here too.*',
    kinds: [...kinds].sort((one, other) => one.code < other.code ? -1 : 1)
  }
}

function ofSeverity (kinds: readonly FindingKind[], severity: Severity): FindingKind[] {
  return kinds.filter(kind => kind.severity === severity).sort((one, other) => one.code < other.code ? -1 : 1)
}

function section ({ title, effect, kinds }: Section): string {
  if (kinds.length === 0) return ''
  const rows = kinds.map(({ code, message, cure, clause }) =>
    `| \`${code}\` | ${cell(message.vi)}<br>*${cell(message.en)}* | ${cell(cure.vi)}<br>*${cell(cure.en)}* | ${clause} |\n`)
  return `\n## ${title}\n\n${effect}\n\n| \`code\` | nghĩa · *meaning* | cách sửa · *cure* | căn cứ · *clause* |\n|---|---|---|---|\n${rows.join('')}`
}

/** Placeholders become dots; a bar would end the cell. */
function cell (text: string): string {
  return text.replace(/\{\w+\}/g, '…').replaceAll('|', '\\|')
}

// Findings are about dossiers that are pushed: not of adapters that only receive, or deliver notifications.
const loaded = await Promise.all((await adapterIds(folder)).map(async id => ({ id, ...await loadAdapter(id) })))
const adapters = loaded.filter(({ manifest: { deliver } }) => deliver !== undefined && deliver.subject !== 'notification')
const sections = [...gatewaySections(), ...adapters.flatMap(({ id, adapter: { findings = [], accept } }) => [
  ...adapterSections(id, [...KERNEL_KINDS, ...findings]),
  ...(accept === undefined ? [] : [dropInSection(id, [...DROP_IN_KINDS, ...accept.findings])])
])]
const wanted = HEAD + sections.map(section).join('')
if (!process.argv.includes('--check')) {
  await writeFile(target, wanted)
} else if (await readFile(target, 'utf8').catch(() => '') !== wanted) {
  process.stderr.write('docs/findings.md is stale: run npm run findings:doc\n')
  process.exitCode = 1
}
