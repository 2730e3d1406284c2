import type { Adapter } from '../../src/adapter-kit/contract/adapter.js'
import { answer } from './answer.js'
import { read } from './reading.js'

const adapter: Adapter = {
  receive: { 'linked-dossier': { read, answer } }
}

export default adapter
