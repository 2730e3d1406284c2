/** What the connector (generation C) holds: dossiers filed nationally, and what a unit told of them. */
export interface FiledDossier {
  IdHoSo: string
  MaHoSo: string
  [member: string]: unknown
}

export interface Told {
  service: 'capnhatientrinh' | 'capnhattrangthai'
  at: string
  item: Readonly<Record<string, unknown>>
}

export interface ConnectorStore {
  /** Files a dossier, or files it anew: one that is listed again was changed. */
  file: (dossier: FiledDossier) => void
  /** Not acknowledged yet, in the order in which they were filed. */
  waiting: () => FiledDossier[]
  knows: (id: string, code: string) => boolean
  acknowledge: (codes: readonly string[]) => void
  tell: (told: readonly Told[]) => void
  told: () => readonly Told[]
  /** How often each code was acknowledged. */
  acknowledgements: () => Readonly<Record<string, number>>
  clear: () => void
}

export function createConnectorStore (): ConnectorStore {
  const filed = new Map<string, { dossier: FiledDossier, waiting: boolean }>()
  const acknowledged = new Map<string, number>()
  let told: Told[] = []
  return {
    file: dossier => { filed.set(dossier.MaHoSo, { dossier, waiting: true }) },
    waiting: () => [...filed.values()].filter(({ waiting }) => waiting).map(({ dossier }) => dossier),
    knows: (id, code) => filed.get(code)?.dossier.IdHoSo === id,
    acknowledge: codes => {
      for (const code of codes) {
        acknowledged.set(code, (acknowledged.get(code) ?? 0) + 1)
        const held = filed.get(code)
        if (held !== undefined) held.waiting = false
      }
    },
    tell: more => { told.push(...more) },
    told: () => told,
    acknowledgements: () => Object.fromEntries(acknowledged),
    clear: () => {
      filed.clear()
      acknowledged.clear()
      told = []
    }
  }
}
