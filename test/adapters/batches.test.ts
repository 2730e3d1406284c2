// Several lanes' calls in one message: each keeps its own outcome (design §2.10).
import fc from 'fast-check'
import t from 'tap'
import { inBatches } from '../../src/adapters/batches.js'
import { aDossier, codeOf } from '../support/dossiers.js'
import { deliveryStates, portalSettings, startGateway, startSandbox } from '../support/gateway.js'
import type { Outcome } from '../../src/adapter-kit/contract/outcome.js'
import type { BatchAnswer, CallContext, DeliverClient, PlannedCall } from '../../src/adapter-kit/contract/deliver.js'

const DONE: Outcome = { verdict: 'done', rule: 'x', code: '', words: '' }
const REFUSED: Outcome = { verdict: 'refused', rule: 'x', code: 'no', words: 'không' }
const call = (name: string, operation = 'dossier'): PlannedCall => ({ operation, message: [name], steps: [] })
const context = (changes: Partial<CallContext> = {}): CallContext => ({ mode: 'create', signal: new AbortController().signal, sending: async () => {}, ...changes })

interface Stage {
  client: DeliverClient
  /** What each message held. */
  messages: string[][]
}

function stage (answer: (names: string[]) => BatchAnswer | Promise<BatchAnswer>, options: { size?: number, harmless?: boolean } = {}): Stage {
  const messages: string[][] = []
  const send = async (calls: readonly PlannedCall[], { sending }: CallContext): Promise<BatchAnswer> => {
    await sending()
    const names = calls.flatMap(({ message }) => message as string[])
    messages.push(names)
    return answer(names)
  }
  const client = {
    send: async (one: PlannedCall, given: CallContext) => {
      const said = await send([one], given)
      return 'whole' in said ? said.whole : said.each[0]
    },
    sendBatch: send
  } as unknown as DeliverClient
  return { client: inBatches(client, { size: options.size ?? 10, waitMs: 20, harmless: () => options.harmless ?? true }), messages }
}

t.test('calls that come together leave together, each with its own outcome', async t => {
  const { client, messages } = stage(names => ({ each: names.map(name => name === 'b' ? REFUSED : DONE) }))
  const outcomes = await Promise.all(['a', 'b', 'c'].map(async name => client.send(call(name), context())))
  t.strictSame(messages, [['a', 'b', 'c']])
  t.strictSame(outcomes.map(({ verdict }) => verdict), ['done', 'refused', 'done'])
})

t.test('a full batch does not wait, and no batch is larger', async t => {
  const { client, messages } = stage(names => ({ each: names.map(() => DONE) }), { size: 2 })
  await Promise.all(['a', 'b', 'c'].map(async name => client.send(call(name), context())))
  t.strictSame(messages.map(({ length }) => length).sort(), [1, 2])
})

t.test('operations and modes do not share a message', async t => {
  const { client, messages } = stage(names => ({ each: names.map(() => DONE) }))
  await Promise.all([client.send(call('a'), context()), client.send(call('b', 'steps'), context()), client.send(call('c'), context({ mode: 'update' }))])
  t.equal(messages.length, 3)
})

t.test('one refusal for all is looked into by halves, where repeating is harmless', async t => {
  const { client, messages } = stage(names => ({ whole: names.includes('bad') ? REFUSED : DONE }))
  const names = ['a', 'b', 'bad', 'c', 'd']
  const outcomes = await Promise.all(names.map(async name => client.send(call(name), context())))
  t.strictSame(outcomes.map(({ verdict }) => verdict), ['done', 'done', 'refused', 'done', 'done'])
  t.strictSame(messages.map(one => one.join('')), ['abbadcd', 'abbad', 'ab', 'bad', 'cd'])
})

t.test('and is uncertain for each where it is not', async t => {
  const { client, messages } = stage(() => ({ whole: REFUSED }), { harmless: false })
  const outcomes = await Promise.all(['a', 'b'].map(async name => client.send(call(name), context())))
  t.match(outcomes, [{ verdict: 'uncertain', code: 'batch-refused-whole', words: 'không' }, { verdict: 'uncertain' }])
  t.equal(messages.length, 1)
})

t.test('no answer is no answer for each', async t => {
  const { client } = stage(() => { throw new Error('cut') })
  const results = await Promise.allSettled(['a', 'b'].map(async name => client.send(call(name), context())))
  t.match(results, [{ status: 'rejected', reason: { message: 'cut' } }, { status: 'rejected', reason: { message: 'cut' } }])
})

t.test('a member whose record could not be written is left out, and nothing had left yet', async t => {
  const { client, messages } = stage(names => ({ each: names.map(() => DONE) }))
  const lost = client.send(call('lost'), context({ sending: async () => { throw new Error('the lease is lost') } }))
  const kept = client.send(call('kept'), context())
  await t.rejects(lost, { message: 'the lease is lost' })
  t.match(await kept, { verdict: 'done' })
  t.strictSame(messages, [['kept']])
})

t.test('a member that gave up before is left out; the call is cut when all have given up', async t => {
  const [gone, one, two] = [new AbortController(), new AbortController(), new AbortController()]
  let signal: AbortSignal | undefined
  const client = inBatches({
    sendBatch: async (_calls: readonly PlannedCall[], given: CallContext) => new Promise<never>((_resolve, reject) => {
      signal = given.signal
      given.signal.addEventListener('abort', () => { reject(new Error('cut')) })
    })
  } as unknown as DeliverClient, { size: 10, waitMs: 20, harmless: () => true })
  const results = Promise.allSettled([gone, one, two].map(async ({ signal }, index) => client.send(call(String(index)), context({ signal }))))
  gone.abort(new Error('gone'))
  await new Promise(resolve => setTimeout(resolve, 60))
  one.abort()
  t.equal(signal?.aborted, false)
  two.abort()
  t.equal(signal?.aborted, true)
  t.match(await results, [{ reason: { message: 'gone' } }, { reason: { message: 'cut' } }, { reason: { message: 'cut' } }])
})

t.test('whatever the partner refuses, every call gets the outcome it would have got alone', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }), async bad => {
    const names = bad.map((isBad, index) => `${isBad ? 'bad' : 'ok'}${index}`)
    const { client } = stage(given => ({ whole: given.some(name => name.startsWith('bad')) ? REFUSED : DONE }), { size: 5 })
    const outcomes = await Promise.all(names.map(async name => client.send(call(name), context())))
    return outcomes.every(({ verdict }, index) => verdict === (bad[index] === true ? 'refused' : 'done'))
  }), { numRuns: 30 })
})

t.test('through the gateway: dossiers travel together, every one created once, the bad one alone refused', async t => {
  const { sandbox, url } = await startSandbox(t)
  sandbox.faults.add({ kind: 'refuse', code: '3', message: 'Mã thủ tục hành chính không tồn tại', match: { codePattern: codeOf(3) } })
  const gateway = await startGateway(t, {
    adapterSettings: { ...portalSettings(url), ADAPTER_NATIONAL_PORTAL_BATCH_SIZE: '8', ADAPTER_NATIONAL_PORTAL_BATCH_WAIT_MS: '300' }
  })
  await gateway.call({ method: 'POST', url: '/v1/adapters/national-portal/pause' })
  for (let n = 1; n <= 8; n++) await gateway.push(aDossier({ code: codeOf(n) }))
  await gateway.call({ method: 'POST', url: '/v1/adapters/national-portal/resume' })
  await gateway.settled()
  const states = await deliveryStates(gateway.services)
  t.strictSame(states, Array.from({ length: 8 }, (_, index) => `${codeOf(index + 1)} 1 ${index === 2 ? 'refused' : 'delivered'}`))
  for (let n = 1; n <= 8; n++) t.equal(sandbox.store.dossier(codeOf(n))?.creates ?? 0, n === 3 ? 0 : 1, codeOf(n))
  const most = sandbox.log.list({ service: 'DongBoHoSoMC', after: 0, limit: 100 })
    .map(({ call }) => call.envelope?.['data']).reduce<number>((larger, data) => Math.max(larger, Array.isArray(data) ? data.length : 0), 0)
  t.ok(most > 1, `up to ${most} dossiers in one message`)
})
