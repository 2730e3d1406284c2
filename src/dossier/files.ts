/** Uploaded files that a dossier refers to: they must be there and the client's own, and stay from then on. */
import { raise, type FindingKind } from '../model/findings.js'
import { lockUsableFiles, referToFiles } from '../files/files.sql.js'
import type { Executor, Tx } from '../db/open.js'
import type { DossierContent } from '../db/tables.js'
import { filesOf, type FileAt } from '../files/references.js'
import { asItem, invalidDocument } from './problems.js'

export const FILE_KINDS = {
  /** One answer for all: whose files there are is nobody's business. */
  unknown: {
    severity: 'error',
    code: 'file-unknown',
    message: { vi: 'Không có tệp này trong các tệp mà ứng dụng đã tải lên.', en: 'The client has uploaded no such file.' },
    cure: { vi: 'Tải tệp lên (POST /v1/files) bằng chính khóa của ứng dụng rồi dùng "url" trong câu trả lời; tệp chưa được hồ sơ nào dùng bị xóa sau một thời gian.', en: 'Upload it (POST /v1/files) as the same client and use the answer\'s "url"; a file that no dossier refers to is removed after a while.' },
    clause: ''
  },
  inImport: {
    severity: 'error',
    code: 'file-in-baseline',
    message: { vi: 'Hồ sơ nạp kiểu baseline đã có ở bên nhận, nên không dùng tệp tải lên.', en: 'A dossier of a baseline is at the partners already, and cannot refer to an uploaded file.' },
    cure: { vi: 'Ghi đường dẫn mà bên nhận đang có; muốn gửi tệp mới thì gửi hồ sơ bằng POST /v1/dossiers.', en: 'Write the link that the partner has; to send a new file push the dossier to POST /v1/dossiers.' },
    clause: ''
  }
} as const satisfies Record<string, FindingKind>

/** Throws the problem that names every reference the client may not use. Those it may use cannot vanish before the commit. */
export async function checkFiles (db: Executor, state: DossierContent, clientId: string): Promise<void> {
  const files = filesOf(state)
  if (files.length === 0) return
  const usable = await lockUsableFiles(db, idsOf(files), { clientId, dossierCode: state.code })
  const unknown = files.filter(({ id }) => !usable.has(id))
  if (unknown.length > 0) throw invalidDocument(unknown.map(({ path }) => asItem(raise(FILE_KINDS.unknown, path))))
}

export async function recordFiles (tx: Tx, state: DossierContent, revision: { dossierId: string, revision: number }): Promise<void> {
  const files = filesOf(state)
  if (files.length > 0) await referToFiles(tx, idsOf(files), revision)
}

function idsOf (files: readonly FileAt[]): string[] {
  return [...new Set(files.map(({ id }) => id))]
}
