import fc from 'fast-check'
import t from 'tap'
import { fromDate14, hasFraction, toDate14, toHanoi } from '../../src/model/dates.js'
import { holds } from './properties.js'

/** Instants whose Hanoi year has four digits, as the national format needs. */
const instants = fc.date({ min: new Date('0001-01-02T00:00:00Z'), max: new Date('9999-12-30T00:00:00Z'), noInvalidDate: true })

t.test('a time of the national format is the wall clock of Hanoi, whatever zone it was given in', async t => {
  for (const same of ['2026-11-04T02:00:00Z', '2026-11-04T09:00:00+07:00', '2026-11-03T21:00:00-05:00', '2026-11-04T07:45:00+05:45']) {
    t.equal(toDate14(same), '20261104090000')
    t.equal(toHanoi(same), '2026-11-04T09:00:00+07:00')
  }
  t.equal(toDate14('2026-12-31T17:00:00Z'), '20270101000000', 'the year turns in Hanoi first')
  t.equal(toHanoi(new Date('2026-11-04T02:00:00Z')), '2026-11-04T09:00:00+07:00')
})

t.test('the zone of the machine changes nothing', async t => {
  const before = process.env['TZ']
  t.teardown(() => {
    if (before === undefined) delete process.env['TZ']
    else process.env['TZ'] = before
  })
  const offsets = new Set<number>()
  for (const zone of ['UTC', 'Asia/Ho_Chi_Minh', 'America/New_York', 'Pacific/Chatham']) {
    process.env['TZ'] = zone
    offsets.add(new Date('2026-03-08T07:30:00Z').getTimezoneOffset())
    t.equal(toDate14('2026-03-08T07:30:00Z'), '20260308143000', zone)
    // 02:30 of that day does not exist in New York.
    t.equal(fromDate14('20260308023000'), '2026-03-08T02:30:00+07:00', zone)
    t.equal(toHanoi('2026-11-01T05:30:00Z'), '2026-11-01T12:30:00+07:00', zone)
  }
  t.equal(offsets.size, 4, 'the four zones were in force')
})

t.test('there and back is the same second', async t => {
  holds(t, fc.property(instants, instant => {
    const second = Math.floor(instant.getTime() / 1000) * 1000
    const text = toDate14(instant.toISOString())
    const back = fromDate14(text)
    return /^\d{14}$/.test(text) && back !== undefined && Date.parse(back) === second && toDate14(back) === text && back === toHanoi(instant)
  }))
})

t.test('later instants are never earlier as text', async t => {
  holds(t, fc.property(instants, instants, (a, b) => (a <= b) === (toDate14(a.toISOString()) <= toDate14(b.toISOString())) || +a - +b < 1000))
})

t.test('a fraction of a second is cut, before and after 1970', async t => {
  t.equal(toDate14('2026-11-04T09:00:00.999+07:00'), '20261104090000')
  t.equal(toDate14('1969-12-31T16:59:59.999Z'), '19691231235959')
  t.equal(toHanoi('1969-12-31T16:59:59.001Z'), '1969-12-31T23:59:59+07:00')
})

t.test('a fraction counts as one only when it is more than nothing', async t => {
  for (const yes of ['2026-11-04T09:00:00.5Z', '2026-11-04T09:00:00.001+07:00', '2026-11-04T09:00:00.10Z']) t.ok(hasFraction(yes), yes)
  for (const no of ['2026-11-04T09:00:00Z', '2026-11-04T09:00:00.000Z', '2026-11-04T09:00:00.0+07:00']) t.notOk(hasFraction(no), no)
})

t.test('what is no date is not turned into another one', async t => {
  const none = [
    '20260231090000', '20270229090000', '20261301090000', '20260001090000', '20260100090000', '20261104240000', '20261104096000',
    '20261104090060', '2026110409000', '202611040900000', '', '2026-11-04T09:00', ' 20261104090000', '20261104090000\n',
    '２０２６１１０４０９００００', '2026110409000x'
  ]
  for (const text of none) t.equal(fromDate14(text), undefined, JSON.stringify(text))
  t.equal(fromDate14('20280229090000'), '2028-02-29T09:00:00+07:00', 'a leap day is one')
  holds(t, fc.property(fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 14, maxLength: 14 }), text => {
    const date = fromDate14(text)
    return date === undefined || toDate14(date) === text
  }))
})

t.test('a text that is no instant is refused by an error, never sent as a date', async t => {
  t.throws(() => toDate14('không rõ'), RangeError)
  t.throws(() => toHanoi(new Date(Number.NaN)), RangeError)
})
