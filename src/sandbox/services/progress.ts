/** CapNhatTienDoHoSoMC and DongBoTrangThaiHoSo (contract §2.2, §2.11). */
import { isRecord } from '../../model/json.js'
import { notThere } from '../answers.js'
import { problemsOf } from '../checks.js'
import { NOTICE_SHAPE, STEP_SHAPE } from '../field-rules.js'
import { accepted, badData, codesOf, readItems } from './messages.js'
import type { SandboxService } from './messages.js'

/**
 * Keeps repeated steps and counts them: whether the portal drops them is unknown (contract §8.2), and a test
 * wants to see them.
 */
export const addSteps: SandboxService = (envelope, { store, settings, source }) => {
  const steps = readItems(envelope['data'], STEP_SHAPE, settings)
  if (!Array.isArray(steps)) return steps
  const unknown = codesOf(steps).filter(code => store.dossier(code) === undefined)
  if (unknown.length > 0) return notThere([...new Set(unknown)])
  steps.forEach(step => store.addStep(String(step['MaHoSo']), source, step))
  return accepted(settings)
}

/** Its MaHoSo is the portal's own code, so nothing here can know whether it exists. */
export const noticeStatus: SandboxService = (envelope, { store, settings, source, service }) => {
  const { type, data } = envelope
  if (type !== '2') return badData(['type phải là chuỗi "2"'])
  // contract §1.4: one object, unlike the other writes
  if (!isRecord(data)) return badData(['data phải là một đối tượng, không phải mảng'])
  const problems = problemsOf(data, NOTICE_SHAPE, { path: 'data', options: settings })
  if (problems.length > 0) return badData(problems)
  store.addNotice({ service, at: source.at, request: source.request, data })
  return accepted(settings)
}
