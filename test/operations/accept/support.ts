// A gateway with a drop-in client, on a real port, and what the portal behind it received.
import { readFileSync } from 'node:fs'
import type { Test } from 'tap'
import { addKey, generateKey } from '../../../src/db/keys.js'
import { currentDossier } from '../../../src/sandbox/store.js'
import { startGateway, type GatewayOptions, type Sandbox, type TestGateway } from '../../support/gateway.js'
import type { Message } from './client-a.js'

export const UNIT = '000.00.00.H99'
export const CLIENT = 'mot-cua'

export interface DropIn extends TestGateway {
  /** Origin of the gateway. */
  url: string
  key: string
}

export async function startDropIn (t: Test, { environment, ...options }: GatewayOptions = {}): Promise<DropIn> {
  const gateway = await startGateway(t, { ...options, environment: { ADAPTER_NATIONAL_PORTAL_ACCEPT: 'both', ...environment } })
  const key = generateKey()
  await addKey(gateway.services.db, { clientId: CLIENT, key, scopes: ['dossiers:write'] })
  return { ...gateway, key, url: await gateway.app.listen({ host: '127.0.0.1', port: 0 }) }
}

/** A file of the adapter's examples, which are those of contract §7 to the letter. */
export function example<T> (name: string): T {
  return JSON.parse(readFileSync(new URL(`../../../adapters/national-portal/fixtures/contract/${name}.json`, import.meta.url), 'utf8')) as T
}

const CREATE = example<{ request: { data: [Message] } }>('7.02-create').request.data[0]
const STEPS = example<{ request: { data: Message[] } }>('7.06-progress').request.data

let dossiers = 0

/** Contract §7.2 with a code of its own. */
export function anItem (changes: Message = {}): Message & { MaHoSo: string } {
  return { ...CREATE, MaHoSo: `000.00.01.H99-261104-${String(++dossiers).padStart(4, '0')}`, ...changes }
}

/** Contract §7.6 for a dossier. */
export function someSteps (code: string): Message[] {
  return STEPS.map(step => ({ ...step, MaHoSo: code }))
}

export function received (sandbox: Sandbox, code: string): unknown {
  const dossier = sandbox.store.dossier(code)
  return dossier === undefined ? undefined : currentDossier(dossier)
}

export function receivedSteps (sandbox: Sandbox, code: string): unknown[] {
  return (sandbox.store.dossier(code)?.steps ?? []).map(({ step }) => step)
}
