/** The table at the end, Vietnamese first. */
import type { Phase } from './clock.js'
import type { FaultHits } from './faults.js'
import type { PortalRefusal } from './refusals.js'
import type { Run, Summary } from './summary.js'

export interface Report extends Run {
  summary: Summary
  phases: readonly Phase[]
  faults: readonly FaultHits[]
  refusals: readonly PortalRefusal[]
}

const LABEL_WIDTH = 68
const DIFFERENCES_SHOWN = 20
const KINDS_SHOWN = 5

export function reportLines (report: Report): string[] {
  return [
    '', ...heading('KẾT QUẢ', 'RESULT'), ...intake(report), '', ...remarks(report), '', ...delivery(report), '', ...whyBlocked(report), ...whyRefused(report), ...faultsAtPortal(report), '',
    ...comparisonLines(report), '', ...times(report)
  ]
}

function intake ({ summary, pushed, rejected }: Report): string[] {
  return [
    line('Hồ sơ đã nhận', 'dossiers accepted', summary.accepted),
    line('Hồ sơ trả lại ngay (422)', 'rejected, nothing stored', summary.rejected),
    ...counted(rejected.flatMap(({ codes }) => codes)).map(([code, count]) => line(`  ${code}`, '', count)),
    line('Gửi lại không đổi', 'unchanged, not sent again', summary.unchanged),
    line('Gửi lại cùng Idempotency-Key', 'same key, same answer', outcomes(pushed, 'replayed')),
    line('Bản cũ đến muộn bị chặn (409)', 'late older state refused', outcomes(pushed, 'stale-revision'))
  ]
}

const SEVERITIES = [
  { severity: 'error', vi: 'Ghi chú: chưa gửi được', en: 'findings: not sent until cured' },
  { severity: 'warning', vi: 'Ghi chú: cảnh báo', en: 'findings: warnings' },
  { severity: 'scoring', vi: 'Ghi chú: mất điểm (QĐ 766)', en: 'findings: cost index points' }
]

/** What the sender was told of accepted dossiers, by severity, the most frequent kinds first. */
function remarks ({ pushed }: Report): string[] {
  const all = pushed.flatMap(({ findings }) => findings.map(remark => remark.split(' ')))
  return SEVERITIES.flatMap(({ severity, vi, en }) => {
    const kinds = counted(all.filter(([of]) => of === severity).map(([, code = '']) => code))
    const rest = kinds.slice(KINDS_SHOWN).reduce((sum, [, count]) => sum + count, 0)
    return [
      line(vi, en, kinds.reduce((sum, [, count]) => sum + count, 0)),
      ...kinds.slice(0, KINDS_SHOWN).map(([code, count]) => line(`  ${code}`, '', count)),
      ...(rest > 0 ? [line('  khác', 'others', rest)] : [])
    ]
  })
}

function delivery ({ summary }: Report): string[] {
  return [
    line('Lần gửi phải thực hiện', 'deliveries planned', summary.planned),
    line('  đã đến Cổng', 'delivered', summary.delivered),
    line('  Cổng từ chối', 'refused by the portal', summary.refused),
    line('  thay bằng bản mới hơn', 'superseded while waiting', summary.superseded),
    line('  lỗi', 'failed', summary.failed),
    line('  chờ người quyết định', 'held for a person', summary.held),
    line('Phải thử hơn một lần', 'took more than one attempt', summary.retried),
    line('Bị chặn vì bảng mã thiếu dòng', 'blocked by missing code rows', summary.blocked),
    line('  được gửi lại sau khi bổ sung', 'redriven once they were added', summary.unblocked)
  ]
}

function whyBlocked ({ unblocking: { blocked, added } }: Report): string[] {
  if (blocked.length === 0) return []
  return [
    ...heading('BẢNG MÃ THIẾU DÒNG', 'MISSING CODE ROWS'),
    ...counted(blocked.flatMap(({ rows }) => rows)).map(([row, count]) => line(`  ${row}`, 'hồ sơ · dossiers', count)),
    line('Dòng đã bổ sung', 'rows added', added),
    ''
  ]
}

function whyRefused ({ refusals }: Report): string[] {
  if (refusals.length === 0) return []
  return [
    ...heading('CỔNG TỪ CHỐI', 'REFUSED BY THE PORTAL'),
    ...refusals.flatMap(({ code, words, cure, cureEn }) => [`${code}`, `  Lời của Cổng · its words: ${words}`, `  Cách sửa: ${cure}`, `  Cure: ${cureEn}`]),
    ''
  ]
}

function faultsAtPortal ({ faults }: Report): string[] {
  return [...heading('SỰ CỐ ĐÃ GÂY RA Ở CỔNG', 'WHAT WENT WRONG AT THE PORTAL'), ...faults.map(({ vi, en, hits }) => line(vi, en, hits))]
}

function comparisonLines ({ summary, comparison }: Report): string[] {
  const { differences } = comparison
  return [
    ...heading('ĐỐI CHIẾU VỚI CỔNG', 'COMPARED WITH THE PORTAL'),
    line('Hồ sơ bị mất', 'lost', summary.lost),
    line('Hồ sơ bị tạo hai lần', 'created twice', summary.duplicated),
    line('Hồ sơ sai thứ tự', 'out of order', summary.reordered),
    line('Trường khác với dữ liệu gửi', 'members that differ', summary.differences),
    line('Bước lặp lại do mất câu trả lời', 'steps repeated', summary.duplicatedSteps),
    ...[...comparison.lost.map(code => `  mất · lost: ${code}`), ...comparison.reordered.map(code => `  sai thứ tự · out of order: ${code}`)],
    ...differences.slice(0, DIFFERENCES_SHOWN).map(({ code, at, expected, actual }) => `  ${code} ${at}: ${JSON.stringify(expected)} ≠ ${JSON.stringify(actual)}`),
    ...(differences.length > DIFFERENCES_SHOWN ? [`  … ${differences.length - DIFFERENCES_SHOWN}`] : [])
  ]
}

function times ({ summary, phases, pushed }: Report): string[] {
  const working = phases.filter(({ en }) => en === 'push' || en === 'deliver').reduce((sum, { seconds }) => sum + seconds, 0)
  return [
    ...heading('THỜI GIAN', 'TIME'),
    ...phases.map(({ vi, en, seconds }) => line(vi, en, `${seconds.toFixed(1)} s`)),
    line('Từ lúc chạy', 'since the start', `${summary.seconds.toFixed(1)} s`),
    line('Yêu cầu nhận mỗi giây', 'pushes a second', rate(pushed.length, phases.find(({ en }) => en === 'push')?.seconds)),
    line('Lần gửi mỗi giây, kể cả sự cố', 'deliveries a second', rate(summary.delivered, working))
  ]
}

function rate (count: number, seconds = 0): string {
  return seconds > 0 ? (count / seconds).toFixed(1) : '–'
}

function outcomes (pushed: Report['pushed'], wanted: string): number {
  return pushed.filter(({ outcome }) => outcome === wanted).length
}

function counted (words: readonly string[]): Array<[string, number]> {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a)
}

function heading (vi: string, en: string): string[] {
  const text = `${vi} · ${en}`
  return [text, '─'.repeat([...text].length)]
}

function line (vi: string, en: string, value: number | string): string {
  const label = en === '' ? vi : `${vi} · ${en}`
  return `${label.padEnd(LABEL_WIDTH)} ${String(value).padStart(8)}`
}
