/** What the portal sends to the province (contract §4.1 to §4.4), by the operations of the manifest. */
import type { ReceiveOperation } from '../../src/adapter-kit/receiving.js'
import { readBody, refuse } from './receive/body.js'
import { LAND_TAX_SERVICE, readLandTax } from './receive/land-tax.js'
import { replyTo } from './receive/reply.js'

export const receive: Readonly<Record<string, ReceiveOperation>> = {
  'dossier-message': {
    read: (request, settings, check) => {
      const read = readBody(request, settings)
      if ('refusal' in read) return read
      if (read.body['service'] === LAND_TAX_SERVICE) return readLandTax(read.body, check)
      return refuse('invalid', 'service-unknown', ['/service: dịch vụ không được nhận ở đây.', '/service: this service is not taken here.'])
    },
    answer: (request, outcome) => replyTo(request, outcome, 'success')
  }
}
