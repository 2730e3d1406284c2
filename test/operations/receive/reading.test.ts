// What an adapter read, held against what can be stored, shown and told.
import t from 'tap'
import type { InboundItem, InboundRequest } from '../../../src/adapter-kit/contract/receive.js'
import type { InboundOperation } from '../../../src/operations/receive/operations.js'
import { read } from '../../../src/operations/receive/reading.js'

const REQUEST = {} as InboundRequest
const ITEM: InboundItem = { event: 'tax.notice', dossierCode: 'H15.1-261104-0001', mustBeKnown: false, facts: {} }

function reading (item: Partial<InboundItem>, key = 'k'): ReturnType<typeof read> {
  return read({ receive: { read: () => ({ message: { key, items: [{ ...ITEM, ...item }] } }) } } as unknown as InboundOperation, REQUEST)
}

t.test('a fact of megabytes is cut where it would go into every log and to every endpoint, whatever its letters', async t => {
  for (const letter of ['a', 'ộ', '𝔸']) {
    const read = reading({ facts: { tax: letter.repeat(2_000_000), short: 'Lệ phí trước bạ' } })
    if (!('message' in read)) throw new Error('it must be read')
    t.strictSame(read.message.items[0]?.facts, { tax: `${letter.repeat(497)}...`, short: 'Lệ phí trước bạ' })
  }
})

t.test('what is no code of a dossier is no code: a name in its place is not repeated', async t => {
  for (const dossierCode of ['Y Thử Niê', 'x'.repeat(51), '', 'a b']) {
    const read = reading({ dossierCode })
    t.match(read, { refusal: { reason: 'invalid', code: 'dossier-code-malformed' } })
    t.notMatch(JSON.stringify(read), 'Niê')
  }
  t.match(reading({}, 'x'.repeat(501)), { refusal: { code: 'key-malformed' } })
})
