/** Runs an adapter's mapping and checks what it made: a defect or a misfit is a finding, never an exception. */
import type { BilingualText, Dossier, MappingResult, NotificationInput, NumberedStep, PlannedCall } from '../adapter-kit/contract.js'
import { toHanoi } from '../adapter-kit/dates.js'
import { hasErrors, raise, type Finding, type FindingKind } from '../adapter-kit/findings.js'
import type { CodeBook } from '../codes/book.js'
import type { ActiveAdapter } from './context.js'

/** Our faults, whatever the adapter. */
export const MAPPING_KINDS = {
  misfit: {
    severity: 'error',
    code: 'message-invalid',
    message: { vi: 'Bản tin "{operation}" không đúng khuôn dạng của bên nhận tại {at}.', en: 'Message "{operation}" does not fit the partner\'s format at {at}: {why}.' },
    cure: { vi: 'Lỗi ở phía hệ thống: báo người vận hành kèm mã hồ sơ; sau khi sửa, cho gửi lại.', en: 'The fault is ours: tell the operators the dossier code; redrive once it is mended.' },
    clause: ''
  },
  defect: {
    severity: 'error',
    code: 'mapping-defect',
    message: { vi: 'Phần chuyển đổi dữ liệu của bộ kết nối gặp lỗi lập trình.', en: 'The adapter\'s mapping has a defect ({error}).' },
    cure: { vi: 'Lỗi ở phía hệ thống: báo người vận hành kèm mã hồ sơ; sau khi sửa, cho gửi lại.', en: 'The fault is ours: tell the operators the dossier code; redrive once it is mended.' },
    clause: ''
  }
} as const satisfies Record<string, FindingKind>

export interface Mappable {
  dossier: Dossier
  steps: readonly NumberedStep[]
}

/** What holds on the day of reception is meant: a dossier in flight keeps its codes when a table changes (standards §0.1). */
export function codesOn ({ receivedAt }: Dossier): string {
  return toHanoi(receivedAt).slice(0, 10)
}

export function mapDossier (active: ActiveAdapter, { dossier, steps }: Mappable, book: CodeBook): MappingResult {
  return checked(active, () => {
    const { map } = active.adapter.deliver
    if (map === undefined) throw new TypeError('an adapter of notifications was given a dossier')
    // To the second: the partner's names may have changed on the very day.
    const on = toHanoi(dossier.receivedAt)
    return map({ dossier, steps, codes: (table, local) => book.find(table, local, on), settings: active.settings })
  })
}

export function mapNotification (active: ActiveAdapter, { notification, endpoint }: Pick<NotificationInput, 'notification' | 'endpoint'>): MappingResult {
  return checked(active, () => {
    const { notify } = active.adapter
    if (notify === undefined) throw new TypeError('an adapter of dossiers was given a notification')
    return notify.map({ notification, endpoint, settings: active.settings })
  })
}

function checked (active: ActiveAdapter, map: () => MappingResult): MappingResult {
  try {
    const { calls, findings } = map()
    // A message that an error left incomplete breaks its schema too, which says nothing new and hides what does.
    const all = hasErrors(findings) ? findings : [...findings, ...checkMessages(active, calls)]
    return { calls, findings: all.map(finding => ({ ...finding, adapter: active.manifest.id })) }
  } catch (error) {
    return { calls: [], findings: [defect(active, error)] }
  }
}

/** Findings for messages that do not fit the partner's schema: our fault, found before anything is sent. */
function checkMessages ({ schemas }: Pick<ActiveAdapter, 'schemas'>, calls: readonly PlannedCall[]): Finding[] {
  return calls.flatMap(call => {
    const validate = schemas.get(call.operation)
    if (validate === undefined) return [misfit(call.operation, '', 'the manifest names no such call')]
    if (validate(call.message)) return []
    return (validate.errors ?? []).map(error => misfit(call.operation, error.instancePath, String(error.message)))
  })
}

const WHOLE: BilingualText = { vi: 'toàn bản tin', en: 'its root' }

function misfit (operation: string, at: string, why: string): Finding {
  return raise(MAPPING_KINDS.misfit, [], { operation, at: at === '' ? WHOLE : at, why })
}

function defect ({ manifest }: ActiveAdapter, error: unknown): Finding {
  // The text of the error may quote the dossier: only its class is kept.
  return { ...raise(MAPPING_KINDS.defect, [], { error: error instanceof Error ? error.name : 'unknown' }), adapter: manifest.id }
}
