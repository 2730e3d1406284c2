/** WS-Security UsernameToken (PasswordText), for clients that cannot set HTTP headers: client id and key. */
import { childOf, type XmlElement } from '../../model/xml.js'
import type { Problem } from '../../base/problem.js'
import { simple } from '../plugins/problems.js'

export const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd'
const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd'
/** Clocks of two machines differ. */
const TOLERANCE_MS = 300_000

export interface UsernameToken {
  username: string
  password: string
}

export function isSecurity ({ name, namespace }: XmlElement): boolean {
  return name === 'Security' && namespace === WSSE
}

/** The token of the envelope's headers; what else a security header asks for is refused, never skipped. */
export function readSecurity (headers: readonly XmlElement[], now: Date): UsernameToken | undefined {
  const [security, ...others] = headers.filter(isSecurity)
  if (security === undefined) return undefined
  const strange = security.children.some(({ name, namespace }) => !(name === 'UsernameToken' && namespace === WSSE) && !(name === 'Timestamp' && namespace === WSU))
  const tokens = security.children.filter(({ name }) => name === 'UsernameToken')
  if (strange || others.length > 0 || tokens.length > 1) throw unsupported()
  const timestamp = childOf(security, 'Timestamp', WSU)
  if (timestamp !== undefined) refuseExpired(timestamp, now)
  return tokens[0] === undefined ? undefined : tokenOf(tokens[0])
}

function tokenOf (token: XmlElement): UsernameToken {
  const password = childOf(token, 'Password')
  const type = password?.attributes.find(({ name }) => name === 'Type')?.value ?? '#PasswordText'
  if (password === undefined || !type.endsWith('#PasswordText')) throw unsupported()
  return { username: childOf(token, 'Username')?.text ?? '', password: password.text }
}

function refuseExpired (timestamp: XmlElement, now: Date): void {
  const expires = childOf(timestamp, 'Expires')
  if (expires !== undefined && !(Date.parse(expires.text.trim()) + TOLERANCE_MS > now.getTime())) throw expired()
}

function unsupported (): Problem {
  return simple(401, 'soap-security-unsupported', {
    title: ['Kiểu WS-Security không được hỗ trợ', 'This kind of WS-Security is not supported'],
    detail: ['Chỉ nhận một UsernameToken với Password kiểu PasswordText (kèm Timestamp nếu có), hoặc header HTTP Authorization: Bearer <khóa>.', 'Taken is one UsernameToken with a Password of type PasswordText (and a Timestamp), or the HTTP header Authorization: Bearer <key>.']
  })
}

function expired (): Problem {
  return simple(401, 'soap-message-expired', {
    title: ['Thông điệp đã hết hạn', 'The message has expired'],
    detail: ['Thời điểm Expires đã qua hoặc không đọc được. Kiểm tra đồng hồ máy gửi rồi gửi thông điệp mới.', 'The time of Expires is past or cannot be read. Check the sender\'s clock and send a new message.']
  })
}
