/**
 * All that the portal is known to refuse, each with its source; nothing else is refused here for what it says. That a
 * dossier is there already shows in the store alone: the kernel asks it, and `exists` is that row. Pure.
 */
import type { AcceptRefusal } from '../../../src/adapter-kit/contract/accept.js'
import type { BilingualText } from '../../../src/model/bilingual.js'
import { pointer } from '../../../src/model/findings.js'
import { isRecord } from '../../../src/model/json.js'

export interface KnownRefusal {
  rule: string
  service: string
  /** Where it is seen (contracts: national-portal). */
  source: string
  says: BilingualText
  /** Members of an item that break it; absent where only the store can tell. */
  broken?: (item: Readonly<Record<string, unknown>>) => string[]
}

export const KNOWN_REFUSALS: readonly KnownRefusal[] = [
  {
    rule: 'create-of-known',
    service: 'DongBoHoSoMC',
    source: '§1.5 (TD-SYNC l.501), §6.1 (1), §7.4',
    says: { vi: 'Thêm mới (isUpdating "False") một hồ sơ đã có: "đã tồn tại"', en: 'A create (isUpdating "False") of a dossier that is there: "đã tồn tại"' }
  },
  {
    rule: 'step-of-unknown',
    service: 'CapNhatTienDoHoSoMC',
    source: '§2.2 (inferred: every client sends the dossier first), §6.2 (6)',
    says: { vi: 'Bước xử lý của hồ sơ chưa có', en: 'A step of a dossier that is not there' }
  },
  {
    rule: 'step-content-null',
    service: 'CapNhatTienDoHoSoMC',
    source: '§2.2 (O3, fix 643a84200), §6.4 (24)',
    says: { vi: 'NoiDungXuLy là null hoặc không có', en: 'NoiDungXuLy is null or absent' },
    broken: ({ NoiDungXuLy: content }) => content === null || content === undefined ? ['NoiDungXuLy'] : []
  }
]

/** The first that a message breaks. */
export function knownRefusal (service: string, items: readonly unknown[]): AcceptRefusal | undefined {
  for (const { rule, broken } of KNOWN_REFUSALS.filter(row => row.service === service)) {
    const problems = items.flatMap((item, index) => isRecord(item) && broken !== undefined
      ? broken(item).map(member => ({ pointer: pointer('data', index, member), code: rule, message: '' }))
      : [])
    if (problems.length > 0) return { why: 'known', rule, problems }
  }
  return undefined
}
