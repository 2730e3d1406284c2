/** What the portal sends to the province (contract §4.1 to §4.4), by the operations of the manifest. */
import type { CheckForm, InboundReading, ReceiveOperation } from '../../src/adapter-kit/contract/receive.js'
import { readBody, type Body } from './receive/body.js'
import { LAND_TAX_SERVICE, readLandTax } from './receive/land-tax.js'
import { readPromotionAmendment, readPromotionNotice } from './receive/promotion.js'
import { replyTo } from './receive/reply.js'
import { readTaxNotice } from './receive/tax-notice.js'

type ReadProven = (body: Body, check: CheckForm) => InboundReading

export const receive: Readonly<Record<string, ReceiveOperation>> = {
  'promotion-notice': operation(readPromotionNotice, 'create dossier success'),
  // §4.1: two messages on one path, told apart by `service`.
  'dossier-message': operation((body, check) => body['service'] === LAND_TAX_SERVICE ? readLandTax(body, check) : readPromotionAmendment(body, check), 'success'),
  'tax-notice': operation(readTaxNotice, 'success')
}

function operation (readProven: ReadProven, success: string): ReceiveOperation {
  return {
    read: (request, settings, check) => {
      const read = readBody(request, settings)
      return 'refusal' in read ? read : readProven(read.body, check)
    },
    answer: (request, outcome) => replyTo(request, outcome, success)
  }
}
