/**
 * Canonical dossier → `capnhatientrinh` and `capnhattrangthai` of the connector (contract national-portal §2.16). Pure.
 * The two name the record differently: `IDHoSo` and `IdHoSo` (pitfall 34).
 */
import { raise, type Finding, type Path } from '../../src/model/findings.js'
import { KINDS } from './findings.js'
import type { Dossier } from '../../src/model/dossier-types.js'
import type { Settings } from '../../src/adapter-kit/contract/open.js'
import type { FindCode } from '../../src/adapter-kit/contract/codes.js'
import type { MappingInput, MappingResult, NumberedStep, PlannedCall } from '../../src/adapter-kit/contract/deliver.js'

type Members = Record<string, unknown>

/** What every part of the mapping needs. */
interface Work {
  codes: FindCode
  /** Identifies the record at the connector. */
  id: string
  code: string
  findings: Finding[]
}

/** Statuses with which the connector takes fees and result papers (§2.16). */
const WITH_LISTS = [5, 6, 9]

export function map ({ dossier, steps, codes, settings }: MappingInput): MappingResult {
  const work: Work = { codes, id: dossier.origin?.id ?? '', code: dossier.origin?.code ?? '', findings: [] }
  if (work.id === '') work.findings.push(raise(KINDS.noRecordId, ['origin', 'id']))
  return { calls: [...progressCalls(steps, settings, work), statusCall(dossier, steps, work)], findings: work.findings }
}

function progressCalls (steps: readonly NumberedStep[], settings: Settings, work: Work): PlannedCall[] {
  const mapped = steps
    .map((step, index) => ({ id: step.id, at: Date.parse(step.occurredAt), members: mapStep(step, ['progress', index], work) }))
    // Stable: steps of one moment keep the order in which the province reported them.
    .sort((one, other) => one.at - other.at)
  const size = Number(settings['PROGRESS_CHUNK'])
  return Array.from({ length: Math.ceil(mapped.length / size) }, (_, part) => mapped.slice(part * size, (part + 1) * size))
    .map(part => ({ operation: 'progress', message: part.map(({ members }) => members), steps: part.map(({ id }) => id) }))
}

function mapStep (step: NumberedStep, path: Path, work: Work): Members {
  return {
    IDHoSo: work.id,
    MaHoSo: work.code,
    NguoiXuLy: step.officer.name,
    ThoiDiemXuLy: localTime(step.occurredAt),
    PhongBanXuLy: step.officer.department ?? '',
    NoiDungXuLy: step.content,
    TrangThai: statusNumber(step, path, work),
    NgayBatDau: localTime(step.startedAt ?? step.occurredAt),
    ...(step.dueAt === undefined ? {} : { NgayKetThucTheoQuyDinh: localTime(step.dueAt) })
  }
}

function statusCall (dossier: Dossier, steps: readonly NumberedStep[], work: Work): PlannedCall {
  const status = statusNumber(dossier, [], work)
  const newest = [...steps].sort((one, other) => Date.parse(one.occurredAt) - Date.parse(other.occurredAt)).at(-1)
  const withLists = status !== undefined && WITH_LISTS.includes(status)
  if (withLists && ((dossier.results ?? []).length > 0 || (dossier.fees ?? []).length > 0)) work.findings.push(raise(KINDS.listsNotSent, ['results']))
  const message = {
    IdHoSo: work.id,
    MaHoSo: work.code,
    TrangThai: status,
    NoiDungYKien: dossier.note ?? '',
    PhongBanXuLy: newest?.officer.department ?? dossier.agency.name,
    NoiDungXuLy: newest?.content ?? STATUS_NAMES[String(status)],
    // Members that no source tells are not invented (§2.16).
    ...(withLists ? { DanhSachLePhi: [], DanhSachGiayToKetQua: [] } : {})
  }
  return { operation: 'status', message: [message], steps: [] }
}

/** The portal's own names for the statuses (§3.1): said where the province reports a state without a step. */
const STATUS_NAMES: Readonly<Record<string, string>> = {
  1: 'Mới đăng ký',
  2: 'Được tiếp nhận',
  3: 'Không được tiếp nhận',
  4: 'Đang xử lý',
  5: 'Yêu cầu bổ sung giấy tờ',
  6: 'Yêu cầu thực hiện nghĩa vụ tài chính',
  7: 'Công dân yêu cầu rút hồ sơ',
  8: 'Dừng xử lý',
  9: 'Đã xử lý xong',
  10: 'Đã trả kết quả'
}

/** A number here (§2.16). Of a province's own statuses, the row for the sub-status wins. */
function statusNumber ({ status, localStatus }: Pick<Dossier, 'status' | 'localStatus'>, path: Path, work: Work): number | undefined {
  const { table, words, member } = localStatus === undefined
    ? { table: 'status', words: status === undefined ? [] : [status], member: 'status' }
    : { table: 'localStatus', words: [...(localStatus.subCode === undefined ? [] : [`${localStatus.code}/${localStatus.subCode}`]), localStatus.code], member: 'localStatus' }
  const code = words.map(word => work.codes(table, word)?.code).find(found => found !== undefined)
  if (code === undefined) {
    const word = words[0] ?? ''
    work.findings.push({ ...raise(KINDS.unmapped, [...path, member], { table, word }), missing: { table, code: word } })
    return undefined
  }
  if (!Object.hasOwn(STATUS_NAMES, code)) work.findings.push(raise(KINDS.statusNotNumber, [...path, member], { code }))
  return Number(code)
}

const HANOI_OFFSET_MS = 7 * 3_600_000

/** ISO with milliseconds and no zone (§2.16); that the wall clock is Hanoi's is inferred. */
function localTime (instant: string): string {
  return new Date(Date.parse(instant) + HANOI_OFFSET_MS).toISOString().slice(0, 23)
}
