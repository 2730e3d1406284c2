/** What the portal refused, as an operator sees it at GET /v1/dossiers/{code}. */
import type { Delivery } from './deliveries.js'
import type { Api } from './http.js'

export interface PortalRefusal {
  code: string
  words: string
  cure: string
  cureEn: string
}

interface ShownDossier {
  deliveries: Array<{ id: string, lastFailure: Omit<PortalRefusal, 'code'> | null }>
}

export async function readRefusals (gateway: Api, deliveries: readonly Delivery[]): Promise<PortalRefusal[]> {
  const refused = deliveries.filter(({ state }) => state === 'refused')
  return await Promise.all(refused.map(async ({ id, dossierCode }) => {
    const shown = await gateway.get<ShownDossier>(`/v1/dossiers/${dossierCode}`)
    const failure = shown.deliveries.find(delivery => delivery.id === id)?.lastFailure
    return { code: dossierCode, words: failure?.words ?? '', cure: failure?.cure ?? '', cureEn: failure?.cureEn ?? '' }
  }))
}
