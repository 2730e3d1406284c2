/**
 * What an adapter is. A folder `adapters/<id>/` implements these types and imports nothing else of the gateway.
 *
 * The kernel (`src/operations/deliver`) owns time-outs, aborts, schema checks, masking, attempt records, retries and audit:
 * an adapter says what to send (`map`, pure) and what one answer means (`send`), and cannot forget the rest.
 */
import type { AcceptOperation } from './accept.js'
import type { FindingKind } from '../../model/findings.js'
import type { PollOperation } from './poll.js'
import type { ReceiveOperation } from './receive.js'
import type { NotifyOperation } from './notify.js'
import type { DeliverOperation } from './deliver.js'

/** At least one operation. The manifest names the same ones. */
export interface Adapter {
  deliver?: DeliverOperation
  /** Their calls to us, by the names of the manifest. */
  receive?: Readonly<Record<string, ReceiveOperation>>
  /** What waits at the partner: the manifest's `poll.inbox`. */
  poll?: PollOperation
  /** For provincial systems that speak the partner's own format. */
  accept?: AcceptOperation
  /** Where the manifest's subject is `notification`. */
  notify?: NotifyOperation
  /** Every kind of finding that the mapping raises; docs/findings.md is written from it. */
  findings?: readonly FindingKind[]
}

export type DeliveringAdapter = Adapter & Required<Pick<Adapter, 'deliver'>>
