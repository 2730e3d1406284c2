/** What an adapter of notifications works with (src/adapter-kit/contract/adapter.ts). */
import type { BilingualText } from '../../model/bilingual.js'
import type { Settings } from './open.js'
import type { Endpoint, MappingResult } from './deliver.js'

/** Something that happened, as a provincial portal is told it. Thin, and free of personal data. */
export interface Notification {
  /** Stable over repetitions and replays. */
  id: string
  type: string
  /** In +07:00. */
  timestamp: string
  data: Readonly<Record<string, unknown>>
}

export interface NotificationInput {
  notification: Notification
  endpoint: Endpoint
  settings: Settings
}

/** What an adapter of notifications has beside `deliver.open`. All of it is pure. */
export interface NotifyOperation {
  map: (input: NotificationInput) => MappingResult
  /** The secret with which an endpoint's messages are signed, as its owner is shown it. */
  secret: (settings: Settings, of: { endpointId: string, version: number }) => string
  /** Why an address cannot be one, as far as it can be told without asking for its name. */
  urlProblem: (settings: Settings, url: string) => UrlProblem | undefined
}

export interface UrlProblem {
  /** Stable, kebab case. */
  code: string
  message: BilingualText
}
