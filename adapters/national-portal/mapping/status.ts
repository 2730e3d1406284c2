/**
 * DongBoTrangThaiHoSo (contract §2.11): the state of a dossier that was filed at the portal. It takes the place of both
 * other calls: sent by those, it would be a second dossier there (pitfall 53).
 */
import { KINDS } from '../findings.js'
import { statusCode, type Stated } from './coded.js'
import { accountId } from './dossier.js'
import type { Members, Translator } from './translator.js'
import type { Dossier } from '../../../src/model/dossier-types.js'
import type { Path } from '../../../src/model/findings.js'
import type { NumberedStep, PlannedCall } from '../../../src/adapter-kit/contract/deliver.js'

export interface StatusInput {
  dossier: Dossier
  origin: NonNullable<Dossier['origin']>
  steps: readonly NumberedStep[]
  /** What a refusal is called: "5", as one client folds it, or "11", as another sends it. */
  refused: string
}

/** The portal takes two statuses here; one client folds the others into them (§2.11). "1" passes. */
const FOLDED: Readonly<Record<string, string>> = {
  1: '1', 2: '2', 4: '2', 6: '2', 9: '2', 10: '2', 5: '5', 7: '5', 8: '5'
}
const REFUSED = '3'

interface Told {
  at: string
  content: string
  status: string | undefined
  step?: string
}

/** One call for each step, oldest first, for the message has no place for several; the whole state where no step says it. */
export function mapStatus (input: StatusInput, t: Translator): PlannedCall[] {
  const status = (stated: Stated, path: Path): string | undefined => folded(stated, { path, refused: input.refused }, t)
  const steps = input.steps
    .map((step, index): Told => ({ at: step.occurredAt, content: step.content, status: status(step, ['progress', index]), step: step.id }))
    .sort((one, other) => Date.parse(one.at) - Date.parse(other.at))
  const { dossier } = input
  // "The time of receipt" (§2.11); after a step it would look older than what it ends.
  const state: Told = { at: steps.at(-1)?.at ?? dossier.receivedAt, content: dossier.note ?? '', status: status(dossier, []) }
  const told = steps.at(-1)?.status === state.status ? steps : [...steps, state]
  return told.map(one => ({ operation: 'status', message: message(one, input, t), steps: one.step === undefined ? [] : [one.step] }))
}

function folded (stated: Stated, { path, refused }: { path: Path, refused: string }, t: Translator): string | undefined {
  const code = statusCode(stated, path, t)
  if (code === undefined) return undefined
  const sent = code === REFUSED ? refused : FOLDED[code]
  if (sent === undefined) t.report(KINDS.statusNotForOrigin, [...path, 'status'], { code })
  return sent
}

function message ({ at, content, status }: Told, { dossier, origin }: StatusInput, t: Translator): Members {
  return {
    MaHoSo: origin.code,
    MaHoSoDonVi: dossier.code,
    MaDoiTuong: accountId(dossier.applicant, t),
    NoiDung: content,
    NgayXuLy: t.date(at, ['receivedAt']),
    TrangThai: status,
    // What the file's id and its mark of deletion mean is not known (§2.11): nothing is invented.
    TaiLieuXuLy: []
  }
}
