/** DongBoHoSoMC and TraCuuHoSo (contract §2.1, §2.3). */
import { alreadyThere, found, notThere } from '../answers.js'
import type { SandboxOutcome } from '../answers.js'
import { DOSSIER_SHAPE, KNOWN_DOSSIER } from '../field-rules.js'
import { currentDossier } from '../store.js'
import { accepted, badData, codesOf, readItems } from './messages.js'
import type { Counter, SandboxService } from './messages.js'

/** All or nothing: a batch of which one dossier is refused leaves no trace (*inferred*, contract §1.5). */
export const syncDossiers: SandboxService = (envelope, counter) => {
  const { isUpdating, data } = envelope
  // contract §1.4, pitfall 1: text with a capital letter, not a boolean
  if (isUpdating !== 'True' && isUpdating !== 'False') return badData(['isUpdating phải là chuỗi "True" hoặc "False"'])
  const items = readItems(data, DOSSIER_SHAPE, counter.settings)
  if (!Array.isArray(items)) return items
  const codes = codesOf(items)
  return codeProblem(codes, counter) ?? (isUpdating === 'True' ? update(codes, counter) : create(codes, counter))
}

function codeProblem (codes: readonly string[], { settings }: Counter): SandboxOutcome | undefined {
  const twice = codes.find((code, index) => codes.indexOf(code) !== index)
  if (twice !== undefined) return badData([`hồ sơ ${twice} có mặt hai lần trong một lần gửi`])
  const strange = settings.dossierCodes === 'known' ? codes.find(code => !KNOWN_DOSSIER.test(code)) : undefined
  return strange === undefined ? undefined : badData([`mã hồ sơ ${strange} không theo dạng nào đã biết`])
}

function create (codes: readonly string[], counter: Counter): SandboxOutcome {
  const known = codes.filter(code => counter.store.dossier(code) !== undefined)
  if (known.length === 0) return write('create', codes, counter)
  known.forEach(code => counter.store.refuseCreate(code))
  return withMixing(alreadyThere(known), known.length < codes.length)
}

function update (codes: readonly string[], counter: Counter): SandboxOutcome {
  const unknown = codes.filter(code => counter.store.dossier(code) === undefined)
  if (unknown.length === 0) return write('update', codes, counter)
  return withMixing(notThere(unknown), unknown.length < codes.length)
}

// contract §2.1: never mix new and known dossiers in one call
function withMixing (refusal: SandboxOutcome, mixed: boolean): SandboxOutcome {
  return mixed ? { ...refusal, message: `${refusal.message}; không gửi chung hồ sơ mới và hồ sơ đã có` } : refusal
}

function write (kind: 'create' | 'update', codes: readonly string[], { store, settings, source }: Counter): SandboxOutcome {
  codes.forEach((code, index) => store.write(code, { kind, source, index }))
  return accepted(settings)
}

/** The members of the one element are read by no known client: the dossier as last written is a free choice. */
export const findDossier: SandboxService = (envelope, { store }) => {
  const code = envelope['mahoso']
  if (typeof code !== 'string' || code === '') return badData(['mahoso bắt buộc phải có'])
  const dossier = store.dossier(code)
  return found(dossier === undefined ? [] : [currentDossier(dossier)])
}
