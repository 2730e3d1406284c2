import type { Adapter } from '../../src/adapter-kit/contract/adapter.js'
import { paymentLookup } from './lookup.js'
import { paymentResult } from './result.js'

const adapter: Adapter = {
  receive: { 'payment-result': paymentResult, 'payment-lookup': paymentLookup }
}

export default adapter
