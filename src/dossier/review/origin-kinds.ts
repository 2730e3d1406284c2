/** What origin.ts raises. */
import type { FindingKind } from '../../model/findings.js'

export const ORIGIN_KINDS = {
  unknown: {
    severity: 'error',
    code: 'origin-unknown',
    message: { vi: 'Không có bộ kết nối "{adapter}" đang hoạt động để báo trạng thái về nơi hồ sơ được nộp.', en: 'No active adapter "{adapter}" could report to the system where the dossier was filed.' },
    cure: { vi: 'Gửi origin.adapter đúng như sự kiện dossier.received, hoặc nhờ người vận hành bật bộ kết nối đó (ADAPTERS).', en: 'Send origin.adapter as the event dossier.received names it, or have the operators activate the adapter (ADAPTERS).' },
    clause: 'national-portal §2.11'
  },
  changed: {
    severity: 'error',
    code: 'origin-changed',
    message: { vi: 'origin khác với lần gửi đầu của hồ sơ này.', en: 'origin differs from the first push of this dossier.' },
    cure: { vi: 'Gửi origin như lần đầu trong mọi lần gửi; bỏ nó đi sẽ tạo hồ sơ thứ hai ở cổng khác.', en: 'Send origin as at first in every push; without it another portal would get a second dossier.' },
    clause: 'national-portal §6.8, pitfall 53'
  }
} as const satisfies Record<string, FindingKind>
