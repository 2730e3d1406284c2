/** What the kernel finds about accepted messages, whichever adapter reads them. */
import type { FindingKind } from '../../model/findings.js'

export const ACCEPT_KINDS = {
  updateOfUnknown: {
    severity: 'warning',
    code: 'update-of-unknown',
    message: { vi: 'Cập nhật một hồ sơ mà hệ thống liên thông chưa có: đã nhận như hồ sơ mới.', en: 'An update of a dossier that the gateway did not have: it was taken as new.' },
    cure: { vi: 'Không cần làm gì nếu hồ sơ đã được đồng bộ trước khi chuyển sang hệ thống liên thông; nếu không, kiểm tra lần thêm mới.', en: 'Nothing to do where it was synced before the gateway was there; else look into the create.' },
    clause: 'national-portal §2.1, §6 (1)'
  },
  stepStatusDiffers: {
    severity: 'warning',
    code: 'step-status-differs',
    message: { vi: 'Bước mới nhất có trạng thái khác hồ sơ; trạng thái hồ sơ giữ nguyên như lần đồng bộ hồ sơ gần nhất.', en: 'The newest step has another status than the dossier, which keeps the one it was last synced with.' },
    cure: { vi: 'Đồng bộ lại hồ sơ (DongBoHoSoMC, isUpdating "True") với trạng thái mới.', en: 'Sync the dossier again (DongBoHoSoMC, isUpdating "True") with the new status.' },
    clause: 'national-portal §2.2'
  }
} as const satisfies Record<string, FindingKind>
