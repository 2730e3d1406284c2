/** The portal's wire is in `client/`, one file per generation of its protocol (contract §0.3); this picks one. */
import { createClientA } from './client/generation-a.js'
import { createClientB } from './client/generation-b.js'
import type { OpenOptions } from '../../src/adapter-kit/contract/open.js'
import type { DeliverClient } from '../../src/adapter-kit/contract/deliver.js'

export function createClient (options: OpenOptions): DeliverClient {
  return options.settings.GENERATION === 'b' ? createClientB(options) : createClientA(options)
}
