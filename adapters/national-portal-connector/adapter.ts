import type { Adapter } from '../../src/adapter-kit/contract/adapter.js'
import { createClient } from './client.js'
import { KINDS } from './findings.js'
import { createInbox } from './inbox.js'
import { map } from './mapping.js'

const adapter: Adapter = {
  deliver: { map, open: createClient },
  poll: { open: createInbox },
  findings: Object.values(KINDS)
}

export default adapter
