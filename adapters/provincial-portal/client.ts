/** The wire: one signed POST to one endpoint, by Standard Webhooks. */
import { DONE, evidence, outcomeOfStatus } from '../../src/adapter-kit/failure.js'
import { ADDRESS_REFUSED } from '../../src/adapter-kit/guard.js'
import { createHttpClient, HttpFailure, type HttpAnswer } from '../../src/adapter-kit/http.js'
import { ENDPOINT_GONE, signedHeaders } from '../../src/adapter-kit/webhook.js'
import { allowedNetworks, secret } from './settings.js'
import type { OpenOptions } from '../../src/adapter-kit/contract/open.js'
import type { Outcome } from '../../src/adapter-kit/contract/outcome.js'
import type { CallContext, DeliverClient, Endpoint, PlannedCall, WireRequest } from '../../src/adapter-kit/contract/deliver.js'

const HEADERS = { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'lien-thong' }

export function createClient (options: OpenOptions): DeliverClient {
  const { settings, now } = options
  const { followRedirects: _, ...network } = options.network ?? {}
  // A redirect is never followed: an endpoint is where its owner said, and nowhere else.
  const http = createHttpClient({ ...options, network, guard: { allow: allowedNetworks(settings) } })

  async function send (call: PlannedCall, { signal, sending }: CallContext): Promise<Outcome> {
    const { id, url, secretVersions } = endpointOf(call)
    const body = JSON.stringify(call.message)
    const secrets = secretVersions.map(version => secret(settings, { endpointId: id, version }))
    const signed = signedHeaders({ id: eventId(call), at: new Date(now()), body, secrets })
    try {
      return interpret(await http.request({ method: 'POST', url: new URL(url), headers: { ...HEADERS, ...signed }, body, signal, sending }), now())
    } catch (error) {
      if (error instanceof HttpFailure && error.code === ADDRESS_REFUSED) return ADDRESS_NOT_ALLOWED
      throw error
    }
  }

  return {
    describe,
    send,
    exists: async () => { throw new Error('a portal is told of events and holds no dossier') },
    // There is no account to prove: each endpoint has a test event of its own.
    test: async () => ({ ...DONE, rule: 'webhook.nothing-to-test' }),
    close: http.close
  }
}

/** What it says differs from call to call: the time, and so the signature. */
function describe (call: PlannedCall): WireRequest {
  const signed = { 'webhook-id': eventId(call), 'webhook-timestamp': '«time»', 'webhook-signature': '«signature»' }
  return { method: 'POST', url: shownUrl(endpointOf(call).url), headers: { ...HEADERS, ...signed }, body: call.message }
}

/** The server alone: the rest may be a secret of its owner, and evidence is read by others too. */
function shownUrl (url: string): string {
  return `${new URL(url).origin}/…`
}

export function interpret (answer: HttpAnswer, now: number): Outcome {
  const failed = outcomeOfStatus(answer, now)
  if (failed === undefined) return { ...DONE, rule: 'webhook.taken', answer: evidence(answer) }
  return answer.status === 410 ? { ...failed, rule: 'webhook.gone', code: ENDPOINT_GONE, cure: GONE_CURE } : failed
}

function endpointOf ({ to }: PlannedCall): Endpoint {
  if (to === undefined) throw new TypeError('a notification without an endpoint')
  return to
}

function eventId ({ message }: PlannedCall): string {
  return (message as { id: string }).id
}

const GONE_CURE = {
  vi: 'Nơi nhận trả lời 410: không nhận nữa, nên đã bị tắt. Chủ nơi nhận sửa địa chỉ, bật lại (PATCH /v1/endpoints/{id}), rồi cho gửi lại từ lúc bị tắt (POST /v1/endpoints/{id}/replay).',
  en: 'The endpoint answered 410, takes nothing any more, and was disabled. Its owner mends the address, enables it (PATCH /v1/endpoints/{id}), then replays what came since (POST /v1/endpoints/{id}/replay).'
}

const ADDRESS_NOT_ALLOWED: Outcome = {
  verdict: 'failed',
  rule: 'webhook.address',
  code: 'address-not-allowed',
  words: '',
  cure: {
    vi: 'Tên máy chủ trỏ tới địa chỉ nội bộ, dành riêng, hoặc không có TLS. Nếu đúng là cổng của tỉnh, người vận hành thêm mạng đó vào ADAPTER_PROVINCIAL_PORTAL_ALLOW_NETWORKS; nếu không, chủ nơi nhận sửa địa chỉ. Sau đó cho gửi lại.',
    en: 'The name leads to a private or special address, or there is no TLS. If it is the province\'s portal, operators add its network to ADAPTER_PROVINCIAL_PORTAL_ALLOW_NETWORKS; else its owner mends the address. Then redrive.'
  }
}
