/**
 * Generation C (contract §1.8, §2.16): a connector with a token, one address for each service, bare lists, and real HTTP
 * codes. What its answers hold beside the code is inferred.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isRecord } from '../model/json.js'
import { stamp } from './clock.js'
import type { Told } from './connector-store.js'
import type { SandboxState } from './state.js'
import type { FaultRule } from './fault-rules.js'

const PREFIX = '/connector/connector/v1'

interface Said {
  status: number
  body: unknown
}

type Service = (body: unknown, state: SandboxState) => Said

export async function connectorRoutes (app: FastifyInstance, { state }: { state: SandboxState }): Promise<void> {
  const tokens = new Map<string, number>()
  app.post(`${PREFIX}/login`, async (request, reply) => serve(request, reply, { service: 'connector-login', work: () => login(request.body, state, tokens) }))
  for (const [name, service] of Object.entries(SERVICES)) {
    app.post(`${PREFIX}/${name}`, async (request, reply) => serve(request, reply, {
      service: name,
      work: () => bears(request, tokens, state.now()) ? service(request.body, state) : { status: 401, body: { message: 'Token không hợp lệ' } }
    }))
  }

  async function serve (request: FastifyRequest, reply: FastifyReply, { service, work }: { service: string, work: () => Said }): Promise<FastifyReply> {
    const fault = state.faults.strike({ path: 'connector', service, codes: codesOf(request.body), isUpdating: undefined })
    if (fault?.rule.kind === 'session-expired') tokens.clear()
    const done = fault === undefined || WORKS_FIRST.includes(fault.rule.kind) || fault.rule.kind === 'session-expired' ? work() : undefined
    return fault === undefined || fault.rule.kind === 'session-expired' ? reply.code(done?.status ?? 200).send(done?.body) : misbehave(reply, fault.rule, done)
  }
}

/** The work is done, and the client does not hear of it. */
const WORKS_FIRST: readonly string[] = ['lost-answer', 'slow']

async function misbehave (reply: FastifyReply, rule: FaultRule, done: Said | undefined): Promise<FastifyReply> {
  if (rule.kind === 'hang') return reply.hijack()
  if (rule.kind === 'slow') {
    await delay(rule.delayMs ?? 1000)
    return reply.code(done?.status ?? 200).send(done?.body)
  }
  if (rule.kind === 'lost-answer' || rule.kind === 'reset' || rule.kind === 'cut') {
    reply.hijack().raw.socket?.destroy()
    return reply
  }
  if (rule.kind === 'throttle') return reply.code(429).header('retry-after', String(rule.retryAfter ?? 1)).send({ message: 'Quá nhiều yêu cầu' })
  if (rule.kind === 'refuse') return reply.code(400).send({ message: rule.message ?? 'Thiếu trường bắt buộc' })
  return reply.code(rule.status ?? 500).send({ message: 'Lỗi hệ thống' })
}

function login (body: unknown, { settings, now }: SandboxState, tokens: Map<string, number>): Said {
  const { accounts, sessionSeconds } = settings.current()
  const known = isRecord(body) && accounts.some(({ username, password }) => username === body['client_id'] && password === body['client_secret'])
  if (!known) return { status: 401, body: { message: 'Sai client_id hoặc client_secret' } }
  const token = randomUUID()
  tokens.set(token, now() + sessionSeconds * 1000)
  return { status: 200, body: { access_token: token, expires_in: sessionSeconds, token_type: 'Bearer', scope: 'connector' } }
}

function bears ({ headers }: FastifyRequest, tokens: ReadonlyMap<string, number>, now: number): boolean {
  const token = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1]
  return token !== undefined && (tokens.get(token) ?? 0) > now
}

const SERVICES: Readonly<Record<string, Service>> = {
  laydanhsachhoso: (body, { connector }) =>
    isRecord(body) ? ok(connector.waiting()) : { status: 400, body: { message: 'Thiếu điều kiện tìm kiếm' } },
  'hoso/xacnhantrangthainhan': (body, { connector }) => {
    if (!isList(body) || !body.every(item => typeof item['MaHoSo'] === 'string' && item['TrangThaiNhanHoSo'] === 1)) return malformed()
    connector.acknowledge(body.map(item => String(item['MaHoSo'])))
    return ok(null)
  },
  'hoso/capnhatientrinh': (body, state) => tell(body, state, { service: 'capnhatientrinh', idName: 'IDHoSo' }),
  'hoso/capnhattrangthai': (body, state) => tell(body, state, { service: 'capnhattrangthai', idName: 'IdHoSo' })
}

/** All or nothing: one answer for the whole list. */
function tell (body: unknown, { connector, now }: SandboxState, { service, idName }: { service: Told['service'], idName: string }): Said {
  if (!isList(body) || body.length === 0 || !body.every(item => Number.isInteger(item['TrangThai']))) return malformed()
  const unknown = body.filter(item => !connector.knows(String(item[idName]), String(item['MaHoSo'])))
  if (unknown.length > 0) return { status: 404, body: { message: 'Không tìm thấy hồ sơ' } }
  connector.tell(body.map(item => ({ service, at: stamp(now()), item })))
  return ok(null)
}

function ok (data: unknown): Said {
  return { status: 200, body: { code: 200, message: 'Thành công', data } }
}

function malformed (): Said {
  return { status: 400, body: { message: 'Dữ liệu không đúng định dạng' } }
}

function isList (body: unknown): body is Array<Record<string, unknown>> {
  return Array.isArray(body) && body.every(isRecord)
}

function codesOf (body: unknown): string[] {
  return isList(body) ? body.flatMap(item => typeof item['MaHoSo'] === 'string' ? [item['MaHoSo']] : []) : []
}
