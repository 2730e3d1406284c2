/** What the portal holds, read from the sandbox's control API; the gateway is asked only about answers it waited for in vain. */
import type { National } from './expected.js'
import type { Api } from './http.js'

export interface HeldDossier {
  code: string
  /** Creates that were accepted. */
  creates: number
  /** Every accepted write, in order of arrival. */
  writes: Array<{ kind: 'create' | 'update', dossier: National }>
  /** In order of arrival, repeats included. */
  steps: Array<{ step: National }>
}

export interface Portal {
  dossiers: ReadonlyMap<string, HeldDossier>
  /** Dossiers of which the answer to a progress call was lost: only their steps may come twice. */
  unansweredProgress: ReadonlySet<string>
}

interface RequestLine {
  codes: string[]
  done: { status: number, error_code?: number | string } | null
  answered: unknown
}

export async function readPortal (sandbox: Api, gateway: Api): Promise<Portal> {
  const { dossiers } = await sandbox.get<{ dossiers: Array<{ code: string }> }>('/control/dossiers?limit=100000')
  const held = await Promise.all(dossiers.map(({ code }) => sandbox.get<HeldDossier>(`/control/dossiers/${code}`)))
  const { requests } = await sandbox.get<{ requests: RequestLine[] }>('/control/requests?service=CapNhatTienDoHoSoMC&limit=10000')
  return {
    dossiers: new Map(held.map(dossier => [dossier.code, dossier])),
    unansweredProgress: new Set([...requests.filter(carriedOutUnanswered).flatMap(({ codes }) => codes), ...await gaveUpWaiting(gateway)])
  }
}

function carriedOutUnanswered ({ done, answered }: RequestLine): boolean {
  return done !== null && Number(done.error_code) === 0 && answered === null
}

/** On a slow machine an answer may leave the portal just when the gateway stops waiting: the gateway's audit tells. */
async function gaveUpWaiting (gateway: Api): Promise<string[]> {
  const { entries } = await gateway.get<{ entries: Array<{ dossierCode: string }> }>('/v1/audit?action=delivery.possible-duplicate&limit=1000')
  return entries.map(({ dossierCode }) => dossierCode)
}
