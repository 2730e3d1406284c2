import type { ServerResponse } from 'node:http'
import type { Test } from 'tap'
import { aDossier, codeOf } from '../../support/dossiers.js'
import { startGateway, until, type TestGateway } from '../../support/gateway.js'
import { startPartner, type Partner } from '../../support/partner.js'

export type Answer = (response: ServerResponse) => void
/** By the path of the call, for instance `dossier/create`; `exists` and `arrived-steps` for questions. All others are taken. */
export type Answers = Record<string, Answer>

export interface ShownDelivery {
  adapter: string
  revision: number
  state: string
  attempts: number
  lastFailure: Record<string, unknown> | null
}

/** One dossier on the stand and what happens to it at the adapter `first`. */
export interface Case {
  code: string
  answer: (answers: Answers) => void
  /** Pushes the next revision; with answers, sets them before. */
  push: (answers?: Answers, changes?: Parameters<typeof aDossier>[0]) => Promise<void>
  /** The newest delivery, once it is in this state. */
  reaches: (state: string) => Promise<ShownDelivery>
  shown: () => Promise<ShownDelivery>
  paths: () => string[]
  /** When its calls came, in milliseconds. */
  times: () => number[]
}

export interface Stand {
  gateway: TestGateway
  partner: Partner
  aCase: () => Case
}

/** One gateway and one partner for the tests of a file; each takes dossiers of its own. */
export async function openStand (t: Test, settings: Record<string, string> = {}): Promise<Stand> {
  const partner = await startPartner(t)
  const gateway = await startGateway(t, {
    adaptersFolder: new URL('../../fixtures/adapters/', import.meta.url),
    // Longer than any test: what is tried here has nothing to do with leases.
    environment: { LEASE_SECONDS: '60' },
    adapterSettings: { ADAPTERS: 'first', ADAPTER_FIRST_BASE_URL: partner.url, ...settings }
  })
  const answers = new Map<string, Answers>()
  partner.answer(({ path, body }, response) => {
    const code = body.code ?? path.split('/').at(-1) ?? ''
    const answer = answers.get(code)?.[body.code === undefined ? path.split('/')[1] ?? '' : path.slice(1)]
    if (answer === undefined) response.end('ok')
    else answer(response)
  })
  let dossiers = 0
  return { gateway, partner, aCase: () => caseOf({ gateway, partner, answers }, codeOf(++dossiers)) }
}

function caseOf ({ gateway, partner, answers }: Omit<Stand, 'aCase'> & { answers: Map<string, Answers> }, code: string): Case {
  let revision = 0
  const calls = (): Partner['received'] => partner.received.filter(({ path, body }) => body.code === code || path.endsWith(code))
  const shown = async (): Promise<ShownDelivery> => {
    const { deliveries } = (await gateway.call({ url: `/v1/dossiers/${code}` })).json<{ deliveries: ShownDelivery[] }>()
    const newest = deliveries.filter(({ adapter }) => adapter === 'first').sort((a, b) => b.revision - a.revision)[0]
    if (newest === undefined) throw new Error(`${code} has no delivery`)
    return newest
  }
  return {
    code,
    shown,
    answer: given => { answers.set(code, given) },
    push: async (given, changes = {}) => {
      if (given !== undefined) answers.set(code, given)
      await gateway.push(aDossier({ code, summary: `Lần ${++revision}`, ...changes }))
    },
    reaches: async state => {
      await until(async () => (await shown()).state === state)
      return shown()
    },
    paths: () => calls().map(({ path }) => path.replace(`/${code}`, '')),
    times: () => calls().map(({ at }) => at)
  }
}

export const say = (text: string, status = 200, headers: Record<string, string> = {}): Answer => response => {
  response.writeHead(status, headers)
  response.end(text)
}

/** Says these in turn, then the last one again and again. */
export function inTurn (...answers: [Answer, ...Answer[]]): Answer {
  return response => {
    const next = answers.length > 1 ? answers.shift() : answers[0]
    next?.(response)
  }
}

/** Makes repeating a step a setting's choice that says yes, for one test. */
export function allowRepeating (t: Test, { services }: TestGateway): void {
  const active = services.adapters.get('first')
  if (active === undefined) throw new Error('there is no adapter first')
  const { manifest, settings } = active
  const { deliver } = manifest
  Object.assign(active, {
    manifest: { ...manifest, deliver: { ...deliver, calls: { ...deliver.calls, steps: { upsert: false, safeToRepeat: 'REPEAT' } } } },
    settings: { ...settings, REPEAT: 'repeat' }
  })
  t.teardown(() => { Object.assign(active, { manifest, settings }) })
}

/** What the audit log says of the deliveries of a dossier, without their planning. */
export async function auditOf ({ services }: TestGateway, code: string): Promise<string[]> {
  const rows = await services.db.selectFrom('audit_entries').select('action').where('dossier_code', '=', code).where('action', 'like', 'delivery.%').orderBy('id').execute()
  return rows.map(({ action }) => action.replace('delivery.', '')).filter(action => action !== 'planned')
}
