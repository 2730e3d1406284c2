import { sql } from 'kysely'
import type { InjectOptions } from 'fastify'
import type { Test } from 'tap'
import { recordAudit } from '../../../src/db/audit.js'
import { portalSettings, startGateway, startSandbox, until, type GatewayOptions, type TestGateway } from '../../support/gateway.js'
import { NOTIFIER_SETTINGS } from '../../support/webhook-receiver.js'

export interface RegisteredEndpoint {
  id: string
  secret: string
  url: string
  enabled: boolean
  disabled: { by: string, code: string | null } | null
}

export interface Stand {
  gateway: TestGateway
  register: (body: Record<string, unknown>) => Promise<RegisteredEndpoint>
  /** A call that must succeed; its answer. */
  ask: <T>(options: InjectOptions) => Promise<T>
  /** As the kernel of callbacks writes it: something came in about a dossier. */
  happens: (dossierCode: string, event?: string, facts?: Record<string, unknown>) => Promise<void>
  /** Waits until so many events of a dossier are sequenced. */
  sequenced: (dossierCode: string, count: number) => Promise<void>
}

export async function openStand (t: Test, options: GatewayOptions = {}): Promise<Stand> {
  const { url } = await startSandbox(t)
  const gateway = await startGateway(t, {
    ...options,
    adapterSettings: { ...portalSettings(url), ...NOTIFIER_SETTINGS, ADAPTERS: 'national-portal,provincial-portal', ...options.adapterSettings }
  })
  const { db } = gateway.services
  const ask = async <T>(request: InjectOptions): Promise<T> => {
    const response = await gateway.call(request)
    if (response.statusCode >= 300) throw new Error(`${response.statusCode} ${response.body}`)
    return response.json<T>()
  }
  return {
    gateway,
    ask,
    register: async body => ask({ method: 'POST', url: '/v1/endpoints', payload: body }),
    happens: async (dossierCode, event = 'payment.confirmed', facts = {}) => {
      await recordAudit(db, [{ actor: 'partner:national-portal', action: 'inbound.accepted', dossierCode, adapter: 'national-portal', details: { event, inbound: '1', facts } }])
    },
    sequenced: async (dossierCode, count) => until(async () => {
      await gateway.services.sequencer.run()
      const { rows: [row] } = await sql<{ count: number }>`select count(*)::int as count from events where dossier_code = ${dossierCode}`.execute(db)
      return (row?.count ?? 0) >= count
    })
  }
}

/** The states of the deliveries to an endpoint, in the order of their events. */
export async function statesAt ({ gateway }: Stand, endpoint: string): Promise<string[]> {
  const { rows } = await sql<{ shown: string }>`
    select e.type || ' ' || d.state as shown from deliveries d join events e on e.id = d.event_id join lanes l on l.id = d.lane_id
    where l.endpoint_id = ${endpoint} order by e.id`.execute(gateway.services.db)
  return rows.map(({ shown }) => shown)
}

/** What the audit log says of an endpoint itself. */
export async function auditOf ({ gateway }: Stand, endpoint: string): Promise<Array<{ action: string, details: Record<string, unknown> }>> {
  const { rows } = await sql<{ action: string, details: Record<string, unknown> }>`
    select action, details from audit_entries where action like 'endpoint.%' and details ->> 'endpoint' = ${endpoint} order by id`.execute(gateway.services.db)
  return rows
}
