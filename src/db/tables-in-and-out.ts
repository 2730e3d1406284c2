/** Tables of what comes in beside pushes, and of what tells of it: messages, payments, files, imports, drop-in, notifications. */
import type { ColumnType, Generated } from 'kysely'
import type { Bigint, DefaultInstant, GeneratedBigint, Instant, Json } from './column-kinds.js'

export interface InboundMessagesTable {
  id: GeneratedBigint
  adapter: string
  operation: string
  key: string
  version: ColumnType<number, number | undefined, never>
  received_at: DefaultInstant
  address: string | null
  media_type: string
  body: Buffer
  body_hash: Buffer
  acknowledged_at: Instant | null
}

export interface PollsTable {
  adapter: string
  cursor: string | null
  polled_at: Instant | null
  failed_at: Instant | null
  failure_code: string | null
}

export interface InboundItemsTable {
  message_id: Bigint
  number: number
  event: string
  dossier_code: string
  result: 'accepted' | 'unknown-dossier' | 'refused'
  facts: Json<Record<string, string>>
}

export interface PaymentRequestsTable {
  id: GeneratedBigint
  reference: string
  dossier_id: Bigint
  amount: string
  currency: string
  requested_at: DefaultInstant
  requested_by: string
  state: Generated<'requested' | 'paid' | 'failed'>
  transaction_id: string | null
  transaction_at: Instant | null
  decided_at: Instant | null
  inbound_id: ColumnType<string | null, never, string | null>
}

export interface FileBlobsTable {
  sha256: Buffer
  size: Bigint
  stored_at: DefaultInstant
}

export interface FilesTable {
  id: Generated<string>
  client_id: string
  sha256: Buffer
  type: string
  name: string
  uploaded_at: DefaultInstant
  viewed_at: Instant | null
}

export interface FileReferencesTable {
  file_id: string
  dossier_id: Bigint
  revision: number
}

export interface ClientSessionsTable {
  token_hash: Buffer
  key_id: Bigint
  adapter: string
  created_at: DefaultInstant
  expires_at: Instant
}

export interface IntakeNotesTable {
  id: GeneratedBigint
  dossier_id: Bigint
  revision: number
  client_id: string
  adapter: string
  service: string
  findings: Json<unknown[]>
  extensions: Json<unknown[]>
  accepted_at: DefaultInstant
}

export interface WebhookEndpointsTable {
  id: Generated<string>
  adapter: string
  client_id: string
  url: string
  description: string | null
  types: string[]
  agency: string | null
  own_dossiers_only: Generated<boolean>
  secret_version: Generated<number>
  previous_version: number | null
  previous_until: Instant | null
  disabled_at: Instant | null
  disabled_by: string | null
  disabled_code: string | null
  created_at: DefaultInstant
  deleted_at: Instant | null
}

export interface EventsTable {
  id: number
  public_id: Generated<string>
  audit_id: Bigint
  type: string
  occurred_at: Instant
  dossier_code: string | null
  client_id: string | null
  agency: string | null
  endpoint_id: string | null
  data: Json<Record<string, unknown>>
}

export interface ImportsTable {
  client_id: string
  id: string
  begun_at: DefaultInstant
  updated_at: DefaultInstant
  ended_at: Instant | null
  line: Bigint
  bytes: Bigint
  sha256: Buffer
  accepted: Bigint
  unchanged: Bigint
  rejected: Bigint
  steps: Bigint
  lease_token: string | null
  lease_until: Instant | null
}

export interface ImportRejectionsTable {
  client_id: string
  import_id: string
  line: Bigint
  dossier_code: string | null
  errors: Json<unknown[]>
}
