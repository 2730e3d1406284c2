import type { DeliveringAdapter } from '../../src/adapter-kit/contract/adapter.js'
import { accept } from './accept.js'
import { createClient } from './client.js'
import { KINDS, SCORING } from './findings.js'
import { map } from './mapping.js'
import { receive } from './receive.js'

const adapter: DeliveringAdapter = {
  deliver: { map, open: createClient },
  accept,
  receive,
  findings: [...Object.values(KINDS), ...Object.values(SCORING)]
}

export default adapter
