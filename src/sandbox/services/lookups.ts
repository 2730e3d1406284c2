/** Reads of the invented catalogue, in the shapes of contract §7.8. */
import { CODE, found } from '../answers.js'
import type { SandboxOutcome } from '../answers.js'
import { ACCOUNTS, onlineService, procedureDetail } from '../catalogue.js'
import { badData } from './messages.js'
import type { SandboxService } from './messages.js'

// The examples of LayDVC and TraCuuTechID carry no `message` (contract §7.8).
function rows (result: unknown): SandboxOutcome {
  return { code: CODE.done, codeAs: 'number', result }
}

export const listProcedures: SandboxService = (_, { shelf }) => {
  return found(shelf.procedures().map(({ code, name }) => ({ MATTHC: code, TENTTHC: name })))
}

export const readProcedure: SandboxService = (envelope, { shelf }) => {
  const code = envelope['maTTHC']
  if (typeof code !== 'string' || code === '') return badData(['maTTHC bắt buộc phải có'])
  const index = shelf.procedures().findIndex(procedure => procedure.code === code)
  const procedure = shelf.procedures()[index]
  // contract §2.5, *inferred*: an empty list for an unknown code
  return found(procedure === undefined ? [] : [procedureDetail(procedure, { index, fields: shelf.fields() })])
}

/** A short unit code, as `H99` (contract §2.4); which procedures a unit has is *inferred* from their codes. */
export const listProceduresOf: SandboxService = (envelope, { shelf }) => {
  const unit = envelope['maDonVi']
  if (typeof unit !== 'string' || !/^[A-Z]\d{2}(\.[0-9A-Z]{1,4})*$/.test(unit)) return badData(['maDonVi phải là mã ngắn, ví dụ H99'])
  return found(shelf.procedures().filter(({ code }) => code.endsWith(`.${unit.slice(0, 3)}`)).map(({ code, name }) => ({ MATTHC: code, TENTTHC: name })))
}

/** Wrapped like LayThuTuc (contract §2.6); its members are *inferred*. */
export const readDecision: SandboxService = (envelope, { shelf }) => {
  const id = envelope['idQDCB']
  if (typeof id !== 'string' || id === '') return badData(['idQDCB bắt buộc phải có'])
  return found(shelf.decisions().filter(({ ID }) => ID === id))
}

/** An object with `data`, unlike every other read (contract §2.8). */
export const listOnlineServices: SandboxService = (_, { shelf }) => rows({ data: shelf.procedures().map(procedure => onlineService(procedure, shelf.fields())) })

export const findAccount: SandboxService = ({ provider, mstorcmnd }) => {
  if (provider !== 'wso2is') return badData(['provider phải là "wso2is"'])
  if (typeof mstorcmnd !== 'string' || mstorcmnd === '') return badData(['mstorcmnd bắt buộc phải có'])
  const account = ACCOUNTS.get(mstorcmnd)
  return rows(account === undefined ? [] : [{ TECHNICALID: account }])
}
