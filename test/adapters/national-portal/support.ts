// What the tests of this folder share: the adapter's files, a dossier to change, and a small portal on loopback.
import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import type { Test } from 'tap'
import { createCodeBook, type TableRow } from '../../../src/codes/book.js'
import { createClient } from '../../../adapters/national-portal/client.js'
import { map } from '../../../adapters/national-portal/mapping.js'
import type { Dossier } from '../../../src/model/dossier-types.js'
import type { Manifest } from '../../../src/adapter-kit/manifest.js'
import type { Settings } from '../../../src/adapter-kit/contract/open.js'
import type { CodeSeeds, FindCode } from '../../../src/adapter-kit/contract/codes.js'
import type { CallContext, CallMode, DeliverClient, MappingResult, NumberedStep, PlannedCall } from '../../../src/adapter-kit/contract/deliver.js'

const FOLDER = new URL('../../../adapters/national-portal/', import.meta.url)
const FIXTURES = new URL('fixtures/', FOLDER)

export function readJson<Value> (path: string): Value {
  return JSON.parse(readFileSync(new URL(path, FOLDER), 'utf8')) as Value
}

export const manifest = readJson<Manifest>('manifest.json')
export const codes = readJson<CodeSeeds>('codes.json')

/** Lookups in tables without a province's rows. */
export function lookups (seeds: CodeSeeds = codes, rows: readonly TableRow[] = []): FindCode {
  const book = createCodeBook({ tables: manifest.codeTables ?? {}, seeds, rows })
  return (table, local) => book.find(table, local, '2026-11-04')
}

export const settings: Settings = {
  ...Object.fromEntries(Object.entries(manifest.settings).flatMap(([name, setting]) =>
    setting.default === undefined ? [] : [[name, setting.default]])),
  ...readJson<Settings>('fixtures/settings.json')
}

/** Both known shapes of a wrapper (contract §1.4): one address with query parameters, and three addresses. */
export const ONE_ADDRESS: Settings = {
  GENERATION: 'b',
  CREATE_PATH: 'DongBoHoSoMC?MaDinhDanhDV={unit}&isUpdating=False',
  UPDATE_PATH: 'DongBoHoSoMC?MaDinhDanhDV={unit}&isUpdating=True',
  PROGRESS_PATH: 'CapNhatTienDoHoSoMC?MaDinhDanhDV={unit}',
  LOOKUP_PATH: 'TraCuuHoSo?mahoso={code}'
}
export const THREE_ADDRESSES: Settings = {
  GENERATION: 'b', CREATE_PATH: 'ThemMoiHoSo', UPDATE_PATH: 'CapNhatHoSo', PROGRESS_PATH: 'DongBoTienTrinh'
}

export function schema (name: string): ValidateFunction {
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false })
  return ajv.compile(readJson<object>(`schema/${name}.json`))
}

/** The canonical schema, against which the tests' own dossiers are checked. */
export function canonicalSchema (): ValidateFunction {
  const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true } })
  ajv.addSchema(readJson<object>('../../schemas/progress-step.json'))
  return ajv.compile(readJson<object>('../../schemas/dossier.json'))
}

export interface Fixture {
  mode: CallMode
  dossier: Dossier
  steps: NumberedStep[]
}

export interface FixtureAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

export function fixtureNames (): string[] {
  return readdirSync(FIXTURES).filter(name => name.endsWith('.canonical.json')).map(name => name.replace('.canonical.json', ''))
}

export function fixture (name: string): Fixture {
  return readJson<Fixture>(`fixtures/${name}.canonical.json`)
}

/** As the kernel makes links, without what changes from day to day. */
export const fileLink = (id: string): string => `https://gateway.example.vn/files/${id}`

export function mapped (input: Partial<Fixture> & { rows?: readonly TableRow[] }, changed: Settings = {}): MappingResult {
  const { dossier, steps } = { ...fixture('create-full'), ...input }
  return map({ dossier, steps, codes: lookups(codes, input.rows), settings: { ...settings, ...changed }, fileLink })
}

type Message = Record<string, unknown>

/** The national dossier that a canonical one becomes. */
export function national (dossier: Partial<Dossier>, changed: Settings = {}): Message {
  const full = { ...fixture('create-full').dossier, ...dossier }
  const [call] = mapped({ dossier: full }, changed).calls
  return (call?.message as Message[])[0] as Message
}

export function without (dossier: Dossier, ...names: Array<keyof Dossier>): Dossier {
  return Object.fromEntries(Object.entries(dossier).filter(([name]) => !names.includes(name as keyof Dossier))) as unknown as Dossier
}

export function findingCodes (result: MappingResult): string[] {
  return result.findings.map(finding => `${finding.severity} ${finding.code} ${finding.pointer}`)
}

export const dossierCall: PlannedCall = { operation: 'dossier', message: [{ MaHoSo: '000.00.14.H15-261104-0001' }], steps: [] }
export const progressCall: PlannedCall = { operation: 'progress', message: [{}, {}], steps: ['1', '2'] }

export interface Seen {
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: Record<string, unknown>
}

export interface Answer {
  status?: number
  headers?: Record<string, string>
  body: unknown
}

export interface Portal {
  client: DeliverClient
  seen: Seen[]
  logins: () => number
  writes: () => Seen[]
}

/** Null leaves the request unanswered and cuts the connection. */
type Respond = (seen: Seen, portal: Portal) => Answer | null | Promise<Answer | null>

/** A portal that hands out the sessions `s1`, `s2` … unless `respond` says otherwise. */
export async function portal (t: Test, respond: Respond, options: { settings?: Settings, now?: () => number } = {}): Promise<Portal> {
  const seen: Seen[] = []
  const server = createServer(async (request, response) => {
    const text = await bodyOf(request)
    const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>
    const one = { method: String(request.method), path: String(request.url), headers: request.headers, body }
    seen.push(one)
    const answer = await respond(one, result)
    if (answer === null) return request.socket.destroy()
    response.writeHead(answer.status ?? 200, answer.headers ?? { 'content-type': 'application/json' })
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const client = createClient({
    settings: { ...settings, BASE_URL: `http://127.0.0.1:${port}/forward`, ...options.settings },
    limits: { ...manifest.limits, callTimeoutMs: 2000 },
    now: options.now ?? Date.now
  })
  const result: Portal = {
    client,
    seen,
    logins: () => seen.filter(isLogin).length,
    writes: () => seen.filter(one => !isLogin(one))
  }
  t.teardown(async () => {
    await client.close()
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  })
  return result
}

export function isLogin (seen: Seen): boolean {
  return seen.path.startsWith('/forward/mapi/login')
}

/** Answers of a portal in good order: numbered sessions, and success for everything else. */
export function obliging (seen: Seen, portal: Portal): Answer {
  return isLogin(seen)
    ? { body: { error_code: 0, message: '', session: `s${portal.logins()}` } }
    : { body: { error_code: '0', message: 'Đồng bộ thành công' } }
}

export function context (mode: CallMode = 'create', signal: AbortSignal = new AbortController().signal): CallContext {
  return { mode, signal, sending: async () => {} }
}

async function bodyOf (request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
