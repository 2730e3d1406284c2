/** One request to the portal, read once: the services, the fault rules and the request log all look at this. */
import { isRecord, parseJson } from '../model/json.js'

/** `wrapper`: generation B, one address per service; the other two are generation A's. */
export type PortalPath = 'login' | 'data' | 'wrapper'

/** What a fault may be about: also the connector of generation C. */
export type FaultPath = PortalPath | 'connector'

export interface Call {
  path: PortalPath
  /** Undefined when the body is no JSON object. */
  envelope: Record<string, unknown> | undefined
  /** The body as it came, without a password. */
  body: Buffer
  dstcode: string | undefined
  service: string | undefined
  isUpdating: string | undefined
  session: string | undefined
  /** Bearer token of generation B; never shown. */
  token?: string | undefined
  codes: readonly string[]
}

export interface RawCall {
  path: PortalPath
  body: Buffer
  /** Header and query are both seen in the wild (contract §1.1). */
  dstcode: string | undefined
}

export function readCall ({ path, body, dstcode }: RawCall): Call {
  const parsed = parseJson(body.toString('utf8'))
  const envelope = isRecord(parsed) ? parsed : undefined
  return {
    path,
    envelope,
    body: withoutPassword(path, body, envelope),
    dstcode,
    service: path === 'login' ? 'login' : text(envelope?.['service']),
    isUpdating: text(envelope?.['isUpdating']),
    session: text(envelope?.['session']),
    codes: dossierCodes(envelope)
  }
}

export function dossierCodes (envelope: Record<string, unknown> | undefined): string[] {
  const data = envelope?.['data']
  const items = Array.isArray(data) ? data : [data]
  const codes = [envelope?.['mahoso'], ...items.map(item => isRecord(item) ? item['MaHoSo'] : undefined)]
  return [...new Set(codes.map(text).filter(code => code !== undefined))]
}

// A login body that is no JSON may still hold the password in clear: nothing of it is kept.
function withoutPassword (path: PortalPath, body: Buffer, envelope: Record<string, unknown> | undefined): Buffer {
  if (envelope === undefined) return path === 'login' ? Buffer.alloc(0) : body
  if (!('password' in envelope)) return body
  const { password: _password, ...rest } = envelope
  return Buffer.from(JSON.stringify(rest))
}

export function text (value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
