/**
 * A client of the portal's generation B, written from contract national-portal §1.4, §1.5, §1.7 and §6 alone; it imports
 * nothing of the gateway. As the known one it creates first and repeats at the update address (§6.1, 3), takes success for
 * code "0" and "thành công" together, sends steps in chunks of ten, and never looks at the HTTP status.
 */
export type Message = Record<string, unknown>

export interface AccountB {
  base: string
  authorization?: string
  unit: string
}

export interface ClientB {
  post: (address: string, body: unknown) => Promise<string>
  sync: (dossier: Message) => Promise<'created' | 'updated' | 'failed'>
  report: (steps: Message[]) => Promise<boolean>
  /** The inner rows of a double-encoded read; undefined where there are none. */
  read: (address: string) => Promise<unknown>
}

const CHUNK = 10

export function createClientB ({ base, authorization, unit }: AccountB): ClientB {
  async function post (address: string, body: unknown): Promise<string> {
    const response = await fetch(`${base}/${address}`, {
      method: 'POST',
      headers: { 'Content-Type': 'text/plain', ...(authorization === undefined ? {} : { Authorization: authorization }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    })
    return await response.text()
  }

  async function write (dossier: Message, isUpdating: 'True' | 'False'): Promise<{ error_code: string, message: string }> {
    return JSON.parse(await post(`DongBoHoSoMC?MaDinhDanhDV=${unit}&isUpdating=${isUpdating}`, [dossier])) as { error_code: string, message: string }
  }

  return {
    post,
    async sync (dossier) {
      const first = await write(dossier, 'False')
      if (isSuccess(first)) return 'created'
      if (!['3', '-3'].includes(first.error_code) || !first.message.includes('đã tồn tại')) return 'failed'
      return isSuccess(await write(dossier, 'True')) ? 'updated' : 'failed'
    },
    async report (steps) {
      for (let at = 0; at < steps.length; at += CHUNK) {
        const text = await post(`CapNhatTienDoHoSoMC?MaDinhDanhDV=${unit}`, steps.slice(at, at + CHUNK))
        if (!text.toLowerCase().includes('thành công')) return false
      }
      return true
    },
    async read (address) {
      const outer = JSON.parse(await post(address, undefined)) as { error_code: string, message: string }
      return outer.error_code === '0' ? (JSON.parse(outer.message) as { result: unknown }).result : undefined
    }
  }
}

function isSuccess ({ error_code: code, message }: { error_code: string, message: string }): boolean {
  return code === '0' && message.includes('thành công')
}
