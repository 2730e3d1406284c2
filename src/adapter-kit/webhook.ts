/** Standard Webhooks (https://www.standardwebhooks.com): secrets and signed headers. Pure. */
import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'

/** A receiver that will not take anything any more (HTTP 410): the kernel disables its endpoint. */
export const ENDPOINT_GONE = 'endpoint-gone'

export interface SecretOf {
  endpointId: string
  version: number
}

/** Derived, so that nothing has to be stored: who has the database alone cannot sign. */
export function endpointSecret (signingKey: string, { endpointId, version }: SecretOf): string {
  return `whsec_${createHmac('sha256', signingKey).update(`${endpointId}.${version}`).digest('base64')}`
}

export interface WebhookSigning {
  id: string
  at: Date
  body: string
  /** All that are valid: a receiver accepts any one of them. */
  secrets: readonly string[]
}

export function signedHeaders ({ id, at, body, secrets }: WebhookSigning): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': secrets.map(secret => new Webhook(secret).sign(id, at, body)).join(' ')
  }
}
