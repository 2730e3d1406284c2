/** An event → the message that a provincial portal receives (docs/webhooks.md). */
import type { MappingResult, NotificationInput } from '../../src/adapter-kit/contract/adapter.js'

export function map ({ notification: { id, type, timestamp, data }, endpoint }: NotificationInput): MappingResult {
  return { calls: [{ operation: 'event', message: { id, type, timestamp, data }, steps: [], to: endpoint }], findings: [] }
}
