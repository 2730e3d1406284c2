// Signatures over the bytes as they came, within a window of time.
import { createHmac } from 'node:crypto'
import t from 'tap'
import { checkHmac, type HmacResult, type SignedRequest } from '../../src/adapter-kit/hmac.js'

const NOW = new Date('2026-11-04T09:00:00+07:00')
const SECONDS = NOW.getTime() / 1000
const BODY = '{"a": 1, "b": "ế"}'

interface Signed { body?: string, sent?: string, secret?: string, time?: number, encoding?: 'hex' | 'base64' }

/** Signed is one body, sent may be another. */
function request ({ body = BODY, sent = body, secret = 'bi-mat', time = SECONDS, encoding = 'hex' }: Signed): SignedRequest {
  const given = createHmac('sha256', secret).update(`${time}.${body}`).digest(encoding)
  return { parts: [`${time}.`, Buffer.from(sent)], given, encoding, time: String(time), receivedAt: NOW }
}

function check (signed: Signed, secrets: Parameters<typeof checkHmac>[1]['secrets'] = [{ secret: 'bi-mat' }]): HmacResult {
  return checkHmac(request(signed), { secrets, toleranceSeconds: 300 })
}

t.test('RFC 4231, case 2: the known vector', async t => {
  const signed = { parts: ['what do ya want ', 'for nothing?'], given: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843', encoding: 'hex', time: '0', receivedAt: new Date(0) } as const
  t.equal(checkHmac(signed, { secrets: [{ secret: 'Jefe' }], toleranceSeconds: 0 }), 'valid')
})

t.test('convoy#2392: the same JSON with other white space or another order is another message', async t => {
  t.equal(check({}), 'valid')
  t.equal(check({ encoding: 'base64' }), 'valid')
  t.equal(check({ sent: JSON.stringify(JSON.parse(BODY)) }), 'wrong')
  t.equal(check({ sent: '{"b": "ế", "a": 1}' }), 'wrong')
})

t.test('another secret, another time, a shorter or empty signature are wrong', async t => {
  t.equal(check({ secret: 'khac' }), 'wrong')
  t.equal(checkHmac({ ...request({}), parts: [`${SECONDS + 1}.`, BODY] }, { secrets: [{ secret: 'bi-mat' }], toleranceSeconds: 300 }), 'wrong')
  for (const given of ['', 'ab', request({}).given.slice(2), 'không phải hex']) {
    t.equal(checkHmac({ ...request({}), given }, { secrets: [{ secret: 'bi-mat' }], toleranceSeconds: 300 }), 'wrong', given)
  }
  t.equal(check({ secret: '' }, [{ secret: '' }]), 'wrong', 'an empty secret proves nothing')
  t.equal(check({}, []), 'wrong')
})

t.test('the window has exact ends on both sides', async t => {
  t.strictSame([-301, -300, 300, 301].map(shift => check({ time: SECONDS + shift })), ['too-old', 'valid', 'valid', 'too-new'])
  t.equal(check({ time: SECONDS - 301, secret: 'khac' }), 'wrong', 'who has no secret is not told the time')
})

t.test('svix 1.91, 1.97: an old secret counts to its end and not a moment longer', async t => {
  const secrets = (until: Date): Array<{ secret: string, until?: Date }> => [{ secret: 'moi' }, { secret: 'bi-mat', until }]
  t.equal(check({}, secrets(new Date(NOW.getTime() + 1))), 'valid')
  t.equal(check({}, secrets(NOW)), 'wrong')
  t.equal(check({ secret: 'moi' }, secrets(NOW)), 'valid')
})
