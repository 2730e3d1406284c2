/** An event → the message that a provincial portal receives (docs/webhooks.md). */
import type { NotificationInput } from '../../src/adapter-kit/contract/notify.js'
import type { MappingResult } from '../../src/adapter-kit/contract/deliver.js'

export function map ({ notification: { id, type, timestamp, data }, endpoint }: NotificationInput): MappingResult {
  return { calls: [{ operation: 'event', message: { id, type, timestamp, data }, steps: [], to: endpoint }], findings: [] }
}
