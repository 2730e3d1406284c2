/**
 * `node dist/bench/xml.js`: what XML costs beside JSON, deep documents beside flat ones of the same size, and what hostile
 * ones cost a running gateway in time and memory. Everything is on 127.0.0.1 and stopped at the end.
 */
import { Pool } from 'undici'
import { openStage } from '../demo/processes.js'
import { parseXml, XML_LIMITS } from '../src/model/xml.js'
import { aDossier, aStep, codeOf } from '../test/support/dossiers.js'
import { xmlAttacks } from '../test/support/xml-attacks.js'
import { asXml } from '../test/support/xml-documents.js'

const PUSHES = 300
const ROUNDS = 15
const ELEMENTS = 40_000
const NAMESPACE = 'https://lienthong.vn/schemas/dossier'

interface Gateway {
  pool: Pool
  key: string
}

const abort = new AbortController()

async function main (): Promise<void> {
  const [flat, deep] = [nested(1), nested(XML_LIMITS.depth - 2)]
  print({ parseMs: await comparison(async () => parseXml(flat), async () => parseXml(deep)) })
  const stage = await openStage({ port: 0, signal: abort.signal, lost: error => { abort.abort(error) } })
  const gateway = { pool: new Pool(stage.gatewayUrl), key: stage.key }
  try {
    print({ answerMs: await comparison(async () => post(gateway, flat), async () => post(gateway, deep)) })
    print({ pushMs: await pushes(gateway) })
    print({ attacks: await attacked(gateway) })
  } finally {
    await gateway.pool.close()
    await stage.stop()
  }
}

/** 1 MB of elements with a text each, so many inside each other. */
function nested (levels: number): Buffer {
  const text = 'x'.repeat(Math.floor(1_000_000 / ELEMENTS) - '<a></a>'.length)
  const chain = `<a>${text}`.repeat(levels) + '</a>'.repeat(levels)
  return Buffer.from(`<dossier>${chain.repeat(Math.floor(ELEMENTS / levels))}</dossier>`)
}

/** Medians, taken in turns. */
async function comparison (flat: () => Promise<unknown>, deep: () => Promise<unknown>): Promise<Record<string, number>> {
  const times: Record<'flat' | 'deep', number[]> = { flat: [], deep: [] }
  for (let n = 0; n < ROUNDS; n++) {
    times.flat.push(await timed(flat))
    times.deep.push(await timed(deep))
  }
  return { flat: median(times.flat), deep: median(times.deep), ratio: round(median(times.deep) / median(times.flat)) }
}

/** One after the other, in turns: the same dossier in three forms. */
async function pushes (gateway: Gateway): Promise<Record<string, number>> {
  const times: Record<'json' | 'xml' | 'soap', number[]> = { json: [], xml: [], soap: [] }
  for (let n = 0; n < PUSHES; n++) {
    const of = (form: number): ReturnType<typeof aDossier> => aDossier({ code: codeOf(n * 3 + form), progress: [aStep({ id: 's1' })] })
    const soap = `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><PushDossier xmlns="${NAMESPACE}">${asXml(of(2)).replace(/^<\?.*\?>/, '')}</PushDossier></Body></Envelope>`
    times.json.push(await timed(async () => post(gateway, JSON.stringify(of(0)), { type: 'application/json', wanted: 202 })))
    times.xml.push(await timed(async () => post(gateway, asXml(of(1)), { wanted: 202 })))
    times.soap.push(await timed(async () => post(gateway, soap, { path: '/soap', type: 'text/xml', wanted: 200 })))
  }
  const json = median(times.json)
  return { json, xml: median(times.xml), soap: median(times.soap), xmlOfJson: round(median(times.xml) / json), soapOfJson: round(median(times.soap) / json) }
}

async function attacked (gateway: Gateway): Promise<Record<string, number | string>> {
  const attacks = Object.entries(xmlAttacks('dossier', xml => `<dossier>${xml}</dossier>`, 'http://127.0.0.1:1/x'))
  const before = await memory(gateway)
  let peak = before
  let slowest = { name: '', ms: 0 }
  for (let n = 0; n < ROUNDS; n++) {
    for (const [name, { document }] of attacks) {
      const ms = await timed(async () => post(gateway, document, { wanted: 400 }))
      if (ms > slowest.ms) slowest = { name, ms }
      peak = Math.max(peak, await memory(gateway))
    }
  }
  return { sent: attacks.length * ROUNDS, slowest: slowest.name, slowestMs: slowest.ms, megabytesBefore: before, megabytesAtMost: peak }
}

async function post ({ pool, key }: Gateway, payload: string | Buffer, { path = '/v1/dossiers', type = 'application/xml', wanted = 422 } = {}): Promise<void> {
  const { statusCode, body } = await pool.request({ method: 'POST', path, body: payload, headers: { authorization: `Bearer ${key}`, 'content-type': type } })
  const text = await body.text()
  if (statusCode !== wanted) throw new Error(`${statusCode} ${text.slice(0, 300)}`)
}

async function memory ({ pool }: Gateway): Promise<number> {
  const { body } = await pool.request({ method: 'GET', path: '/metrics' })
  return Math.round(Number(/^process_resident_memory_bytes (\S+)/m.exec(await body.text())?.[1] ?? 0) / 1024 / 1024)
}

async function timed (work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return round(performance.now() - started)
}

function median (values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0
}

function round (value: number): number {
  return Number(value.toFixed(2))
}

function print (line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

await main()
