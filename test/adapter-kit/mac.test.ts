// The payment platform's hash (national-portal §4.5). Its example messages: test/contracts/payment-mac.test.ts.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { hasJoinedMac, joinedMac, sameText } from '../../src/adapter-kit/mac.js'

const FIELDS = ['kind', 'amount', 'text']
const SIGNING = { fields: FIELDS, secret: 'DEMO-SECRET' }
const MESSAGE = { kind: 'CONFIRM', amount: 150000, text: 'Lệ phí mẫu', other: 'not signed' }

t.test('values are joined in the order of the fields, the secret last, and hashed as UTF-8', async t => {
  t.equal(joinedMac(MESSAGE, SIGNING), createHash('sha256').update('CONFIRM|150000|Lệ phí mẫu|DEMO-SECRET', 'utf8').digest('hex'))
  t.equal(joinedMac(MESSAGE, { ...SIGNING, fields: ['text', 'kind'] }), createHash('sha256').update('Lệ phí mẫu|CONFIRM|DEMO-SECRET', 'utf8').digest('hex'))
})

t.test('an amount hashes the same as a number and as its digits; an empty text is a value', async t => {
  t.equal(joinedMac({ ...MESSAGE, amount: '150000' }, SIGNING), joinedMac(MESSAGE, SIGNING))
  t.type(joinedMac({ ...MESSAGE, text: '' }, SIGNING), 'string')
})

t.test('text is hashed as it came: composed and decomposed letters differ', async t => {
  t.not(joinedMac({ ...MESSAGE, text: 'ệ'.normalize('NFC') }, SIGNING), joinedMac({ ...MESSAGE, text: 'ệ'.normalize('NFD') }, SIGNING))
})

const UNSIGNABLE: Record<string, unknown> = {
  'no value': undefined,
  'a null': null,
  'a boolean': true,
  'a list': ['a'],
  'an object': {},
  'a fraction': 1.5,
  'minus zero': -0,
  'a number beyond exact range': 2 ** 53,
  'no number': NaN,
  'a text with the delimiter': 'a|b',
  'half a character': '\ud83d'
}

for (const [what, value] of Object.entries(UNSIGNABLE)) {
  t.test(`${what} cannot be signed, and is never verified`, async t => {
    const message = { ...MESSAGE, text: value }
    t.equal(joinedMac(message, SIGNING), undefined)
    const forged = createHash('sha256').update(`CONFIRM|150000|${String(value)}|DEMO-SECRET`, 'utf8').digest('hex')
    t.equal(hasJoinedMac(message, forged, SIGNING), false)
  })
}

t.test('a member that is absent is not taken from elsewhere', async t => {
  t.equal(joinedMac({ kind: 'CONFIRM', amount: 1 }, SIGNING), undefined)
  t.equal(joinedMac(Object.create(MESSAGE) as Record<string, unknown>, SIGNING), undefined)
})

t.test('without a secret, or without a field, nothing is signed or verified', async t => {
  for (const signing of [{ ...SIGNING, secret: '' }, { ...SIGNING, fields: [] }]) {
    t.throws(() => joinedMac(MESSAGE, signing), RangeError)
    t.throws(() => hasJoinedMac(MESSAGE, '', signing), RangeError)
  }
})

t.test('only the very hash is accepted', async t => {
  const mac = joinedMac(MESSAGE, SIGNING) ?? ''
  t.ok(hasJoinedMac(MESSAGE, mac, SIGNING))
  for (const given of ['', mac.slice(1), `${mac} `, mac.toUpperCase(), mac.replace(/.$/, last => last === '0' ? '1' : '0'), undefined, null, 0, [mac], { length: 64 }]) {
    t.notOk(hasJoinedMac(MESSAGE, given, SIGNING), String(given))
  }
  t.notOk(hasJoinedMac(MESSAGE, mac, { ...SIGNING, secret: 'DEMO-SECRET ' }))
})

t.test('the comparison says what === says, whatever the texts and their bytes', async () => {
  const text = fc.string({ unit: 'grapheme' })
  fc.assert(fc.property(text, text, (one, other) => sameText(one, other) === (one === other) && sameText(one, one)))
})

const signable = fc.oneof(fc.maxSafeInteger().filter(number => !Object.is(number, -0)), fc.string({ unit: 'grapheme' }).filter(text => !text.includes('|') && text.isWellFormed()))
const message = fc.record({ kind: signable, amount: signable, text: signable })

t.test('two messages have one hash only if every signed member is the same text', async () => {
  const joined = (one: Record<string, unknown>): string => JSON.stringify(FIELDS.map(name => String(one[name])))
  fc.assert(fc.property(message, message, fc.string({ minLength: 1 }), (one, other, secret) => {
    const [mac, second] = [joinedMac(one, { fields: FIELDS, secret }), joinedMac(other, { fields: FIELDS, secret })]
    return (mac === second) === (joined(one) === joined(other)) && hasJoinedMac(one, mac, { fields: FIELDS, secret })
  }))
})

t.test('moving text from one member to its neighbour changes the hash', async () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter(value => !value.includes('|') && value.isWellFormed())
  fc.assert(fc.property(text, text, (one, other) => {
    const split = joinedMac({ a: one, b: other }, { fields: ['a', 'b'], secret: 's' })
    return split !== joinedMac({ a: one + other, b: '' }, { fields: ['a', 'b'], secret: 's' })
  }))
})
