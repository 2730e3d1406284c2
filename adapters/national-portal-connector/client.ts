/** The connector's wire (contract §1.8, §2.16). */
import { DONE } from '../../src/adapter-kit/failure.js'
import { createHttpClient } from '../../src/adapter-kit/http.js'
import { address } from './address.js'
import { interpret } from './answer.js'
import { createSessions } from './session.js'
import type { OpenOptions, Settings } from '../../src/adapter-kit/contract/open.js'
import type { Outcome } from '../../src/adapter-kit/contract/outcome.js'
import type { CallContext, DeliverClient, PlannedCall, WireRequest } from '../../src/adapter-kit/contract/deliver.js'

/** The first is spelled with one "t" (§2.16). */
const SERVICES: Readonly<Record<string, string>> = {
  progress: 'hoso/capnhatientrinh',
  status: 'hoso/capnhattrangthai'
}

/** Stands for the token wherever a request is shown. */
const SHOWN_TOKEN = '«token»'

export function createClient (options: OpenOptions): DeliverClient {
  const { settings, now } = options
  const http = createHttpClient(options)
  const sessions = createSessions({ http, settings, now })

  async function send (call: PlannedCall, { signal, sending }: CallContext): Promise<Outcome> {
    const answer = await sessions.withToken(async token => {
      const { url, headers, body } = request(settings, call, token)
      return await http.request({ method: 'POST', url: new URL(url), headers, body: JSON.stringify(body), signal, sending })
    })
    return 'outcome' in answer ? answer.outcome : interpret(answer, now())
  }

  async function test (): Promise<Outcome> {
    const login = await sessions.renew()
    return 'outcome' in login ? login.outcome : { ...DONE, rule: 'login.token' }
  }

  return {
    describe: call => request(settings, call, SHOWN_TOKEN),
    send,
    // The connector cannot look up a single dossier (§1.8), and silence never means "no".
    exists: async () => { throw new Error('the connector cannot be asked about a dossier') },
    test,
    close: http.close
  }
}

function request (settings: Settings, call: PlannedCall, token: string): WireRequest {
  const service = SERVICES[call.operation]
  if (service === undefined) throw new Error(`the connector has no call ${call.operation}`)
  return {
    method: 'POST',
    url: address(settings, service).href,
    headers: { Accept: 'application/json', 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: call.message
  }
}
