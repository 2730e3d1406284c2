// What every receive operation of every adapter must bear: nothing makes it throw, and nothing but a success is answered as one.
import fc from 'fast-check'
import t from 'tap'
import type { InboundMessage, InboundOutcome, InboundReading, InboundRequest, WireReply } from '../../../src/adapter-kit/contract/receive.js'
import { inboundOperations, type InboundOperation } from '../../../src/operations/receive/operations.js'
import { installAdapters } from '../../../src/adapters/activate.js'
import { holds } from '../../model/properties.js'
import { operationsOf, receivingAdapters, settingsOf, type Call } from './fixtures.js'

t.setTimeout(60_000)

const manifests = receivingAdapters()
const environment = Object.assign({}, ...manifests.map(settingsOf)) as Record<string, string>
const installed = await installAdapters({ environment, wanted: manifests.map(({ id }) => id) })
const operations = new Map(inboundOperations(installed.values(), 1_048_576).map(operation => [`${operation.adapter}.${operation.name}`, operation]))

function requestOf (operation: InboundOperation, { headers = {} }: Call, body: Buffer): InboundRequest {
  return { operation: operation.name, path: operation.paths.at(-1) ?? '', headers, query: {}, body, address: '10.20.0.5', receivedAt: new Date('2026-11-04T02:00:00Z') }
}

function read (operation: InboundOperation, request: InboundRequest): InboundReading {
  return operation.receive.read(request, operation.settings, operation.check)
}

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

const STRANGE = fc.oneof(fc.constantFrom<Json>(null, true, 0, -1, 1e300, '', '0', '1.000', '\u0000', '|', '../..', '99999999', '20260231000000', 'x'.repeat(5000), [], {}), fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>)

/** The message with one place, drawn at random, replaced or removed. */
function damaged (value: Json, picks: readonly number[], by: Json | undefined): Json {
  const [pick = 0, ...rest] = picks
  if (value === null || typeof value !== 'object') return by ?? null
  const entries = Object.entries(value)
  const chosen = entries[pick % (entries.length || 1)]
  if (chosen === undefined) return by ?? null
  const [name, member] = chosen
  const inner = rest.length === 0 || typeof member !== 'object' || member === null ? by : damaged(member, rest, by)
  if (Array.isArray(value)) return value.with(Number(name), inner ?? null)
  return Object.fromEntries(entries.flatMap(([other, kept]): Array<[string, Json]> => other !== name ? [[other, kept]] : inner === undefined ? [] : [[name, inner]]))
}

const DAMAGE = fc.tuple(fc.array(fc.nat(30), { minLength: 1, maxLength: 4 }), fc.option(STRANGE, { nil: undefined }))

/** What a message may come to without being taken. */
function failures (message: InboundMessage): InboundOutcome[] {
  const items = (result: 'unknown-dossier' | 'payment-unknown' | 'amount-differs'): Array<typeof result> => message.items.map(() => result)
  return [
    { result: 'conflict', message },
    ...(['unknown-dossier', 'payment-unknown', 'amount-differs'] as const).flatMap((result): InboundOutcome[] => [{ result: 'rejected', message, items: items(result) }, { result: 'partly', message, items: items(result) }]),
    { result: 'failed' },
    ...(['unauthenticated', 'malformed', 'invalid'] as const).map((reason): InboundOutcome => ({ result: 'refused', refusal: { reason, code: 'x', message: { vi: 'Sai.', en: 'Wrong.' } } }))
  ]
}

/** That by which the partner's programs decide: status and codes, not the words. */
function verdict ({ status, body }: WireReply): string {
  const { error_code: code, MaLoi: error, daNhan: taken } = body as Record<string, unknown>
  return JSON.stringify([status, code, error, taken])
}

for (const golden of manifests.flatMap(operationsOf)) {
  const name = `${golden.adapter}.${golden.name}`
  const operation = operations.get(name) as InboundOperation
  const call = golden.cases.get('accepted')?.request ?? {}
  const whole = Buffer.from(call.text ?? JSON.stringify(call.body))
  const request = requestOf(operation, call, whole)

  t.test(`${name}: nothing but a success is answered as one`, async t => {
    const reading = read(operation, request)
    if (!('message' in reading)) return t.pass('it is asked, and takes nothing')
    const { message } = reading
    const success = verdict(operation.receive.answer(request, { result: 'accepted', message, items: message.items.map(() => 'accepted') }, operation.settings))
    for (const outcome of failures(message)) {
      t.not(verdict(operation.receive.answer(request, outcome, operation.settings)), success, JSON.stringify(outcome).slice(0, 80))
    }
  })

  t.test(`${name}: any bytes, and any damage to its message, are read or refused, and the refusal is answered`, async t => {
    const survives = (body: Buffer): void => {
      const one = requestOf(operation, call, body)
      const reading = read(operation, one)
      if ('refusal' in reading) operation.receive.answer(one, { result: 'refused', refusal: reading.refusal }, operation.settings)
    }
    holds(t, fc.property(fc.uint8Array({ maxLength: 200 }), bytes => { survives(Buffer.from(bytes)) }))
    holds(t, fc.property(DAMAGE, ([picks, by]) => { survives(Buffer.from(JSON.stringify(damaged(JSON.parse(whole.toString()) as Json, picks, by)))) }))
  })
}
