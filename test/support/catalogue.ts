// Pulling the catalogue and asking what changed, for tests.
import type { TestGateway } from './gateway.js'

export interface PulledList { list: string, outcome: string, added: number, changed: number, vanished: number, unchanged: number, error: string | null }
export interface Change { list: string, key: string, kind: string, oldName: string, newName: string, members: string[], openDossiers: { count: number, codes: string[] } }

/** Of all lists, or as the query says. */
export async function pull ({ call }: TestGateway, query = ''): Promise<Record<string, PulledList>> {
  const response = await call({ method: 'POST', url: `/v1/catalogue/national-portal/pull${query}` })
  if (response.statusCode !== 200) throw new Error(response.body)
  return Object.fromEntries((response.json().lists as PulledList[]).map(list => [list.list, list]))
}

export async function changesOf ({ call }: TestGateway, list: string, since = '2020-01-01'): Promise<Change[]> {
  const { changes } = (await call({ url: `/v1/catalogue/national-portal/changes?since=${since}` })).json()
  return (changes as Change[]).filter(change => change.list === list)
}
