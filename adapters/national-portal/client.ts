/** The portal's wire is in `client/`, one file per generation of its protocol (contract §0.3); this picks one. */
import type { DeliverClient, OpenOptions } from '../../src/adapter-kit/contract/adapter.js'
import { createClientA } from './client/generation-a.js'
import { createClientB } from './client/generation-b.js'

export function createClient (options: OpenOptions): DeliverClient {
  return options.settings.GENERATION === 'b' ? createClientB(options) : createClientA(options)
}
