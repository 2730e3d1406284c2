/** What a service decided, and how that looks on the wire (contract §1.5, §7). */
import type { Call } from './call.js'
import type { CodeStyle, SandboxSettings } from './settings.js'

export interface SandboxOutcome {
  /** A number is put into the style of the settings; a string (from a fault rule) goes out as it is. */
  code: number | string
  /** Whether the contract's own example of this answer has its code as text; see `CodeStyle`. */
  codeAs: 'text' | 'number'
  message?: string
  session?: string
  result?: unknown
  /** Other than 200 only where the bus, not the portal, answers. */
  status?: number
}

export interface SandboxAnswer {
  status: number
  body: string
  type: string
  headers?: Record<string, string>
  /** What of the answer the request log keeps. */
  errorCode?: number | string
  message?: string
}

// Contract §1.5: "3" and "-3" are what is known of refusals; which of them means what is *inferred*.
export const CODE = { done: 0, failed: -1, notAccepted: -3, badData: 3 } as const

export const SESSION_EXPIRED = 'Phiên làm việc không hợp lệ hoặc đã hết hạn'

/** An answer about the call itself, before any service looked at it. *Inferred*: a number, like login's. */
export function callRefused (message: string, status = 200): SandboxOutcome {
  return { code: CODE.failed, codeAs: 'number', message, status }
}

export function writeRefused (code: number, message: string): SandboxOutcome {
  return { code, codeAs: 'text', message }
}

export function found (result: unknown): SandboxOutcome {
  return { code: CODE.done, codeAs: 'number', message: '', result }
}

export function alreadyThere (codes: readonly string[]): SandboxOutcome {
  return writeRefused(CODE.notAccepted, `Hồ sơ ${codes.join(', ')} đã tồn tại`)
}

export function notThere (codes: readonly string[]): SandboxOutcome {
  return writeRefused(CODE.notAccepted, `Hồ sơ ${codes.join(', ')} không tồn tại`)
}

/** Generation B words the same decision in forms of its own (contract §1.5). */
export function answerTo ({ path, service }: Pick<Call, 'path' | 'service'>, outcome: SandboxOutcome, settings: SandboxSettings): SandboxAnswer {
  if (path !== 'wrapper') return wire(outcome, settings)
  const plain = wire({ ...outcome, codeAs: 'text' }, settings)
  if (plain.status !== 200) return plain
  if (service === 'CapNhatTienDoHoSoMC') return asText(plain)
  return outcome.result === undefined ? plain : doubled(plain, outcome.result)
}

/** Progress is answered in plain text; only the words of success are known, those of a refusal are *inferred*. */
function asText (answer: SandboxAnswer): SandboxAnswer {
  const { message = '', errorCode } = answer
  const body = Number(errorCode) === CODE.done ? message : `Đồng bộ không thành công: ${message}`
  return { ...answer, type: 'text/plain; charset=utf-8', body, message: body }
}

/** Reads are JSON in JSON (pitfall 17). */
function doubled (answer: SandboxAnswer, result: unknown): SandboxAnswer {
  return { ...answer, body: JSON.stringify({ error_code: answer.errorCode, message: JSON.stringify({ result }) }) }
}

export function wire (outcome: SandboxOutcome, settings: SandboxSettings): SandboxAnswer {
  const errorCode = typeof outcome.code === 'string' ? outcome.code : styled(outcome.code, outcome.codeAs, settings.errorCodes)
  const { message, session, result } = outcome
  return {
    status: outcome.status ?? 200,
    type: 'application/json; charset=utf-8',
    body: JSON.stringify({ error_code: errorCode, message, session, result }),
    errorCode,
    ...(message !== undefined && { message })
  }
}

function styled (code: number, codeAs: SandboxOutcome['codeAs'], style: CodeStyle): number | string {
  if (style === 'number' || (style === 'contract' && codeAs === 'number')) return code
  return style === 'double-zero' && code === 0 ? '00' : String(code)
}
