// Every hash of the contracts (national-portal §7.11, national-databases §3.3.1), recomputed.
import t from 'tap'
import { hasJoinedMac, joinedMac } from '../../src/adapter-kit/mac.js'
import { SIGNED } from '../../adapters/payment-platform/signing.js'
import { readExample } from './support.js'

type Message = Record<string, unknown>
type Kind = 'INIT' | 'CONFIRM' | 'QUERY' | 'GET_BILL'

const ORDERS: Readonly<Record<Kind, readonly string[]>> = SIGNED
const EXAMPLES: Record<Kind, string> = { INIT: '7.11-init', CONFIRM: '7.11-confirm', QUERY: '7.11-query', GET_BILL: '7.11-get-bill' }
const signing = (kind: Kind): { fields: readonly string[], secret: string } => ({ fields: ORDERS[kind], secret: 'DEMO-SECRET' })

for (const [kind, name] of Object.entries(EXAMPLES) as Array<[Kind, string]>) {
  const message = readExample<Message>('payment-platform', name)

  t.test(`${kind}: the hash of the example is that of its members`, async t => {
    t.equal(message['LoaiBanTin'], kind)
    t.equal(joinedMac(message, signing(kind)), message['MaXacThuc'])
    t.ok(hasJoinedMac(message, message['MaXacThuc'], signing(kind)))
  })

  t.test(`${kind}: another value of any signed member, another order or another secret is seen`, async t => {
    const accepted = (changed: Message, signed = signing(kind)): boolean => hasJoinedMac({ ...message, ...changed }, message['MaXacThuc'], signed)
    for (const field of ORDERS[kind]) {
      t.notOk(accepted({ [field]: `${String(message[field])}0` }), field)
      t.notOk(accepted({ [field]: '' }), field)
    }
    for (const [index, field] of ORDERS[kind].slice(1).entries()) {
      const before = ORDERS[kind][index] ?? ''
      if (message[field] === message[before]) continue
      t.notOk(accepted({}, { ...signing(kind), fields: ORDERS[kind].with(index, field).with(index + 1, before) }), `${field} before ${before}`)
    }
    t.notOk(accepted({}, { ...signing(kind), secret: 'DEMO-SECRE7' }))
  })
}

t.test('INIT: channel before device, which the example cannot tell apart', async t => {
  const { INIT } = ORDERS
  t.strictSame(INIT.slice(INIT.indexOf('MaKenhThanhToan')).slice(0, 2), ['MaKenhThanhToan', 'MaThietBi'])
})

t.test('text and time stand in one order in INIT and in the other in CONFIRM', async t => {
  const places = (kind: Kind): number => ORDERS[kind].indexOf('ThongTinGiaoDich') - ORDERS[kind].indexOf('ThoiGianGD')
  t.strictSame([places('INIT'), places('CONFIRM')], [-1, 1])
})

t.test('CONFIRM: an amount that comes as digits in text has the same hash', async t => {
  const message = readExample<Message>('payment-platform', '7.11-confirm')
  t.ok(hasJoinedMac({ ...message, SoTien: '150000' }, message['MaXacThuc'], signing('CONFIRM')))
})

t.test('INIT: who is paid is not signed; the receiver cannot tell that it was changed', async t => {
  const message = readExample<Message & { ThongTinBienLai: Message }>('payment-platform', '7.11-init')
  const changed = { ...message, ThongTinBienLai: { ...message.ThongTinBienLai, TKThuHuong: '9999999999' } }
  t.ok(hasJoinedMac(changed, message['MaXacThuc'], signing('INIT')))
})

t.test('the answer to CONFIRM repeats the hash it answers: it is no hash of its own members', async t => {
  const answer = readExample<Message>('payment-platform', '7.11-confirm-answer')
  t.equal(answer['MaXacThuc'], readExample<Message>('payment-platform', '7.11-confirm')['MaXacThuc'])
})

const VECTORS: ReadonlyArray<[kind: Kind, text: string, hash: string]> = [
  ['INIT', 'INIT|1.0.6|DEMO01|dvcH9900000125000120250101081500|50000|PAY|1|1|vi-VN|VND|PAYMENT|THANH TOAN HO SO H99-000001-250001|20250101081500|10.0.0.5', '34e1a1399a101385a9387cf515290121713045f2457d005d568d0ab57605a600'],
  ['QUERY', 'QUERY|1.0.6|DEMO01|dvcH9900000125000120250101081500|20250101081500', '08f04fa73fa57b4bab779b35f87d209bb04cb27a4cd8016a71dd4de3bd3f7424'],
  ['GET_BILL', 'GET_BILL|1.0.6|DEMO01|dvcH9900000125000120250101081500|20250101081500', 'd4ee28e718b6fa3ae6664baa55aabdced4f4a44ca95368f9e2f33146684e4fc3'],
  ['CONFIRM', 'IPN|00|DEMO01|dvcH9900000125000120250101081500|50000|VND|GD0000001|DEMOBANK|20250101082000|THANH TOAN HO SO H99-000001-250001', '859717f1982c52121af646c9c31ec319fd577a3e8816a937da8a7a39884b4647']
]

for (const [kind, text, hash] of VECTORS) {
  t.test(`national-databases §3.3.1, ${kind}: the values in the order of the contract have its hash`, async t => {
    const values = text.split('|')
    const { [kind]: fields } = ORDERS
    t.equal(values.length, fields.length)
    const message = Object.fromEntries(fields.map((field, index) => [field, field === 'SoTien' ? Number(values[index]) : values[index]]))
    t.equal(joinedMac(message, { fields, secret: 'not-a-real-secret' }), hash)
  })
}
