/**
 * A client of the portal's generation A, written from contract national-portal §1 to §3 and §6 alone; it imports nothing of
 * the gateway. It behaves as known clients do (§1.3, §1.5, §6.1): one cached session, `dstcode` and `Charset` as headers, the
 * code compared as a number, create or update decided by a lookup.
 */
export type Message = Record<string, unknown>

export interface AccountA {
  base: string
  username: string
  password: string
  madonvi: string
}

export interface Answered {
  error_code?: number | string
  message?: string
  result?: unknown
}

export interface ClientA {
  login: () => Promise<boolean>
  call: (service: string, members: Message) => Promise<Answered | null>
  /** TraCuuHoSo, then DongBoHoSoMC as create or update. */
  sync: (dossier: Message) => Promise<Answered | null>
  report: (...steps: Message[]) => Promise<Answered | null>
  /** What the next calls use in place of the session. */
  pretend: (session: string) => void
  forget: () => void
}

/** Ten minutes, as clients keep it (§1.3). */
const CACHED_MS = 600_000

export function createClientA ({ base, username, password, madonvi }: AccountA): ClientA {
  let held: { session: string, at: number } | undefined

  async function post (path: string, body: Message): Promise<Answered & { session?: string } | null> {
    const response = await fetch(`${base}/${path}`, {
      method: 'POST',
      headers: { Accept: 'application/json', 'Content-Type': 'application/json', Charset: 'utf-8', dstcode: 'VN:GOV:000.00.00.G22:vpcpdvcprovider' },
      body: JSON.stringify(body)
    })
    // §1.5: an HTTP failure is an empty answer.
    return response.ok ? await response.json() as Answered : null
  }

  async function login (): Promise<boolean> {
    const answer = await post('mapi/login', { username, password })
    if (typeof answer?.session !== 'string' || !isDone(answer)) return false
    held = { session: answer.session, at: Date.now() }
    return true
  }

  async function call (service: string, members: Message): Promise<Answered | null> {
    if (held === undefined || Date.now() - held.at > CACHED_MS) await login()
    return await post('mapi/g', { session: held?.session, madonvi, service, ...members })
  }

  return {
    login,
    call,
    async sync (dossier) {
      const known = await call('TraCuuHoSo', { mahoso: dossier['MaHoSo'] })
      const there = Array.isArray(known?.result) && known.result.length > 0
      return await call('DongBoHoSoMC', { isUpdating: there ? 'True' : 'False', data: [dossier] })
    },
    report: async (...steps) => await call('CapNhatTienDoHoSoMC', { data: steps }),
    pretend: session => { held = { session, at: Date.now() } },
    forget: () => { held = undefined }
  }
}

/** After integer coercion: 0, "0" and "00" are one (§1.5). */
export function isDone (answer: Answered | null): boolean {
  return answer !== null && answer.error_code !== undefined && Number(answer.error_code) === 0
}
