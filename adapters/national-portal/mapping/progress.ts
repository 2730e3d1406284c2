/** CapNhatTienDoHoSoMC (contract §2.2): every step, in order, once; no step that the province did not report. */
import { statusCode } from './coded.js'
import type { Limit, Members, Translator } from './translator.js'
import type { NumberedStep, PlannedCall } from '../../../src/adapter-kit/contract/deliver.js'

/** 46 characters and three dots, as the client that found the limit does (§2.2). */
const OFFICER: Limit = { limit: 50, keep: 49 }

export interface ProgressInput {
  dossierCode: string
  steps: readonly NumberedStep[]
  /** Most steps in one call. */
  chunk: number
}

interface MappedStep {
  id: string
  at: number
  members: Members
}

export function mapProgress ({ dossierCode, steps, chunk }: ProgressInput, t: Translator): PlannedCall[] {
  const mapped = steps
    .map((step, index): MappedStep => ({
      id: step.id,
      at: Date.parse(step.occurredAt),
      members: mapStep({ dossierCode, step, index }, t)
    }))
    // Stable: steps of one moment keep the order in which the province reported them.
    .sort((one, other) => one.at - other.at)
  return chunks(mapped, Math.max(1, chunk)).map(part => ({
    operation: 'progress',
    message: part.map(step => step.members),
    steps: part.map(step => step.id)
  }))
}

function mapStep ({ dossierCode, step, index }: { dossierCode: string, step: NumberedStep, index: number }, t: Translator): Members {
  const path = ['progress', index]
  return {
    MaHoSo: dossierCode,
    NguoiXuLy: t.cut(step.officer.name, OFFICER, [...path, 'officer', 'name']),
    ChucDanh: step.officer.title ?? '',
    ThoiDiemXuLy: t.date(step.occurredAt, [...path, 'occurredAt']),
    PhongBanXuLy: step.officer.department ?? '',
    // The canonical schema asks for at least one character: null was rejected (pitfall 24).
    NoiDungXuLy: step.content,
    TrangThai: statusCode(step, path, t),
    NgayBatDau: t.date(step.startedAt, [...path, 'startedAt']),
    NgayKetThucTheoQuyDinh: t.date(step.dueAt, [...path, 'dueAt'])
  }
}

function chunks<Item> (items: readonly Item[], size: number): Item[][] {
  const count = Math.ceil(items.length / size)
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size))
}
