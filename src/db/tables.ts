/** The tables as Kysely sees them. The truth is in `migrations/`; bigint arrives as text and stays text. */
import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { Dossier, ProgressStep } from '../model/dossier-types.js'
import type { Bigint, DefaultInstant, GeneratedBigint, Instant, Json } from './column-kinds.js'
import type {
  ClientSessionsTable, EventsTable, FileBlobsTable, FileReferencesTable, FilesTable,
  ImportRejectionsTable, ImportsTable, InboundItemsTable, InboundMessagesTable,
  IntakeNotesTable, PaymentRequestsTable, PollsTable, WebhookEndpointsTable
} from './tables-in-and-out.js'

export type DeliveryState =
  'queued' | 'sending' | 'retrying' | 'delivered' | 'refused' | 'failed' | 'held' | 'superseded' | 'cancelled'

export interface ClientKeysTable {
  id: GeneratedBigint
  client_id: string
  key_hash: Buffer
  scopes: string[]
  created_at: DefaultInstant
  revoked_at: Instant | null
  last_used_at: Instant | null
}

export interface IdempotencyKeysTable {
  client_id: string
  route: string
  key: string
  body_hash: Buffer
  status: number | null
  response: Json<unknown> | null
  created_at: DefaultInstant
}

export interface DossiersTable {
  id: GeneratedBigint
  code: string
  client_id: string
  agency_code: string
  procedure_code: string
  revision: number
  source_version: Bigint | null
  content_hash: Buffer
  due_at: Instant | null
  origin_adapter: string | null
  origin_code: string | null
  created_at: DefaultInstant
  updated_at: DefaultInstant
}

/** A dossier as it is stored: its steps have rows of their own, its source version a column. */
export type DossierContent = Omit<Dossier, 'progress' | 'sourceVersion'>

/** A step as it is stored: its id is a column. */
export type StepContent = Omit<ProgressStep, 'id'>

export interface RevisionsTable {
  dossier_id: Bigint
  revision: number
  content: JSONColumnType<DossierContent>
  content_hash: Buffer
  source_version: Bigint | null
  client_id: string
  event_at: Instant
  accepted_at: DefaultInstant
}

export interface ProgressStepsTable {
  id: GeneratedBigint
  dossier_id: Bigint
  step_id: string
  revision: number
  occurred_at: Instant
  content: JSONColumnType<StepContent>
  content_hash: Buffer
}

export interface LanesTable {
  id: GeneratedBigint
  adapter: string
  /** Null: a lane of notifications. */
  dossier_id: Bigint | null
  known_at_partner: Generated<boolean>
  confirmed_revision: Generated<number>
  delivered_revision: Generated<number>
  due_at: Instant | null
  changes: Generated<number>
  rung_at: Instant | null
  lease_token: string | null
  lease_owner: string | null
  lease_until: Instant | null
  baseline_id: Bigint | null
  unit: Generated<string>
  blocked_by: Bigint | null
  endpoint_id: string | null
  subject: string | null
}

export interface DeliveriesTable {
  id: GeneratedBigint
  lane_id: Bigint
  adapter: string
  dossier_id: Bigint | null
  event_id: number | null
  revision: number
  state: ColumnType<DeliveryState, DeliveryState | undefined, DeliveryState>
  attempts: Generated<number>
  own_failures: Generated<number>
  retries: Generated<number>
  planned_at: DefaultInstant
  budget_from: DefaultInstant
  next_attempt_at: DefaultInstant
  ended_at: Instant | null
  failure_kind: string | null
  failure_code: string | null
  failure: Json<StoredFailure> | null
  fingerprint: string | null
  failed_at: Instant | null
}

/** Why a delivery is where it is, as `GET /v1/dossiers/{code}` shows it. */
export interface StoredFailure {
  operation: string | null
  rule: string
  /** The partner's own words, masked. */
  words: string
  status: number | null
  message: string
  messageEn: string
  cure: string
  cureEn: string
  at: string
  /** Rows of code tables that the mapping needed and that are not there. */
  missing?: MissingCode[]
}

export interface MissingCode {
  table: string
  /** The local code as it is looked up. */
  code: string
  /** The day on which it has to hold, `yyyy-mm-dd`: that of the dossier's reception. */
  on: string
}

export interface AttemptsTable {
  id: GeneratedBigint
  delivery_id: Bigint
  number: number
  owner: string
  started_at: DefaultInstant
  ended_at: Instant | null
  result: string | null
  failure_code: string | null
}

export interface ExchangesTable {
  id: GeneratedBigint
  attempt_id: Bigint
  operation: string
  mode: 'create' | 'update'
  step_ids: string[]
  request: Json<unknown>
  sent_at: DefaultInstant
  ended_at: Instant | null
  verdict: string | null
  rule: string | null
  code: string | null
  words: string | null
  answer: Json<unknown> | null
}

export interface StepConfirmationsTable {
  adapter: string
  step_id: Bigint
  exchange_id: Bigint | null
  baseline_id: Bigint | null
  confirmed_at: DefaultInstant
}

export interface BaselinesTable {
  id: GeneratedBigint
  actor: string
  adapters: string[]
  begun_at: DefaultInstant
}

export interface AdapterControlsTable {
  adapter: string
  paused_at: Instant | null
  paused_by: string | null
  reason: string | null
}

export interface TargetsTable {
  adapter: string
  unit: string
  opened_at: Instant | null
  probe_at: Instant | null
  probes: Generated<number>
  code: string | null
}

export interface StandstillsTable {
  id: GeneratedBigint
  adapter: string
  unit: string | null
  reason: 'paused' | 'breaker'
  began_at: Instant
  ended_at: DefaultInstant
}

export interface CodeRowsTable {
  id: GeneratedBigint
  adapter: string
  table_name: string
  local: string
  key: string
  partner: string
  name: string | null
  valid_from: ColumnType<string | null, string | null, string | null>
  valid_to: ColumnType<string | null, string | null, string | null>
  successor: string | null
  changed_by: string
  changed_at: DefaultInstant
}

export interface CodeBooksTable {
  adapter: string
  version: Bigint
}

export interface CatalogueItemsTable {
  adapter: string
  list: string
  key: string
  version: number
  name: string
  content: Json<Record<string, unknown>>
  content_hash: Buffer
  valid_from: Instant | null
  valid_to: Instant | null
}

export type PullOutcome = 'applied' | 'suspicious' | 'failed'

export interface CataloguePullsTable {
  id: GeneratedBigint
  adapter: string
  list: string
  actor: string
  started_at: Instant
  ended_at: DefaultInstant
  outcome: PullOutcome
  forced: Generated<boolean>
  added: Generated<number>
  changed: Generated<number>
  vanished: Generated<number>
  unchanged: Generated<number>
  error: string | null
}

export interface CatalogueAskedTable {
  adapter: string
  list: string
  key: string
  asked_at: DefaultInstant
}

export interface RatesTable {
  target: string
  next_at: Instant
}

export interface AuditEntriesTable {
  id: GeneratedBigint
  xid: ColumnType<string, never, never>
  at: ColumnType<Date, never, never>
  actor: string
  action: string
  dossier_code: string | null
  delivery_id: Bigint | null
  adapter: string | null
  details: Json<Record<string, unknown>>
}

export interface Tables {
  client_keys: ClientKeysTable
  idempotency_keys: IdempotencyKeysTable
  dossiers: DossiersTable
  revisions: RevisionsTable
  progress_steps: ProgressStepsTable
  inbound_messages: InboundMessagesTable
  inbound_items: InboundItemsTable
  polls: PollsTable
  payment_requests: PaymentRequestsTable
  lanes: LanesTable
  deliveries: DeliveriesTable
  attempts: AttemptsTable
  exchanges: ExchangesTable
  step_confirmations: StepConfirmationsTable
  baselines: BaselinesTable
  adapter_controls: AdapterControlsTable
  targets: TargetsTable
  standstills: StandstillsTable
  audit_entries: AuditEntriesTable
  code_rows: CodeRowsTable
  code_books: CodeBooksTable
  catalogue_items: CatalogueItemsTable
  catalogue_pulls: CataloguePullsTable
  catalogue_asked: CatalogueAskedTable
  rates: RatesTable
  file_blobs: FileBlobsTable
  files: FilesTable
  file_references: FileReferencesTable
  imports: ImportsTable
  import_rejections: ImportRejectionsTable
  client_sessions: ClientSessionsTable
  intake_notes: IntakeNotesTable
  webhook_endpoints: WebhookEndpointsTable
  events: EventsTable
}
