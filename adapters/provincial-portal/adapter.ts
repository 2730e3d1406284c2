import type { Adapter } from '../../src/adapter-kit/contract/adapter.js'
import { createClient } from './client.js'
import { map } from './mapping.js'
import { secret, urlProblem } from './settings.js'

const adapter: Adapter = {
  deliver: { open: createClient },
  notify: { map, secret, urlProblem }
}

export default adapter
