/** Runs an adapter's mapping and checks what it made: a defect or a misfit is a finding, never an exception. */
import { toHanoi } from '../model/dates.js'
import { fileReference } from '../model/file-reference.js'
import { hasErrors, raise, type Finding, type FindingKind } from '../model/findings.js'
import type { CodeBook } from '../codes/book.js'
import type { FileLink } from '../files/links.js'
import { filesOf } from '../files/references.js'
import type { ActiveAdapter } from './active-adapter.js'
import type { BilingualText } from '../model/bilingual.js'
import type { Dossier } from '../model/dossier-types.js'
import type { NotificationInput } from '../adapter-kit/contract/notify.js'
import type { MappingResult, NumberedStep, PlannedCall } from '../adapter-kit/contract/deliver.js'

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
  },
  noFileLink: {
    severity: 'error',
    code: 'file-link-unavailable',
    message: { vi: 'Không tạo được đường dẫn tải tệp cho bên nhận: chưa đặt PUBLIC_URL hoặc FILES_SIGNING_KEY.', en: 'No link to the file can be made for the partner: PUBLIC_URL or FILES_SIGNING_KEY is not set.' },
    cure: { vi: 'Người vận hành đặt PUBLIC_URL và FILES_SIGNING_KEY, khởi động lại, rồi cho gửi lại.', en: 'Operators: set PUBLIC_URL and FILES_SIGNING_KEY, restart, then redrive.' },
    clause: 'national-portal §2.1.2'
  }
} as const satisfies Record<string, FindingKind>

export interface Mappable {
  dossier: Dossier
  steps: readonly NumberedStep[]
  fileLink: FileLink
}

/** What holds on the day of reception is meant: a dossier in flight keeps its codes when a table changes (standards §0.1). */
export function codesOn ({ receivedAt }: Dossier): string {
  return toHanoi(receivedAt).slice(0, 10)
}

export function mapDossier (active: ActiveAdapter, { dossier, steps, fileLink }: Mappable, book: CodeBook): MappingResult {
  return checked(active, () => {
    const { map } = active.adapter.deliver
    if (map === undefined) throw new TypeError('an adapter of notifications was given a dossier')
    // To the second: the partner's names may have changed on the very day.
    const on = toHanoi(dossier.receivedAt)
    const links = linksOf(fileLink)
    const { calls, findings } = map({ dossier, steps, codes: (table, local) => book.find(table, local, on), settings: active.settings, fileLink: links.link })
    return { calls, findings: [...findings, ...withoutLink(dossier, links.missing)] }
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

/** What an adapter is handed: it always has a link, and what it could not have is told here. */
function linksOf (fileLink: FileLink): { link: (id: string) => string, missing: ReadonlySet<string> } {
  const missing = new Set<string>()
  return {
    missing,
    link: id => {
      const link = fileLink(id)
      if (link === undefined) missing.add(id)
      return link ?? fileReference(id)
    }
  }
}

function withoutLink (dossier: Dossier, missing: ReadonlySet<string>): Finding[] {
  return filesOf(dossier).filter(({ id }) => missing.has(id)).map(({ path }) => raise(MAPPING_KINDS.noFileLink, path))
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
