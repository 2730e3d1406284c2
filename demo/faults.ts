/** What goes wrong at the portal during the demo, by script: most faults name the dossier they strike. */
import type { FaultRule } from '../src/sandbox/fault-rules.js'
import type { Api } from './http.js'

interface ScriptedFault {
  vi: string
  en: string
  rule: FaultRule
}

export interface Refusal {
  code: string
  /** What the portal says. */
  words: string
}

/** Dossiers that the portal refuses for good: only their own system can cure them. */
export const REFUSALS: readonly Refusal[] = [
  { code: 'H15.112-20261110-0000012', words: 'Mã thủ tục 3.000160 không tồn tại trên Cơ sở dữ liệu quốc gia về thủ tục hành chính' },
  { code: '000.00.20.H45-261022-0002', words: 'Đơn vị 000.00.20.H45 không tồn tại hoặc đã ngừng hoạt động sau sắp xếp' }
]

/** The first call of a dossier; later ones of it pass. */
function firstCreate (dossierCode: string): Pick<FaultRule, 'match' | 'times'> {
  return { match: { dossierCode, service: 'DongBoHoSoMC', isUpdating: 'False' }, times: 1 }
}

const ANY_DOSSIER_CALL = { match: { service: 'DongBoHoSoMC' } }

export const SCRIPT: readonly ScriptedFault[] = [
  ...REFUSALS.map(({ code, words }): ScriptedFault => ({
    vi: `Từ chối ${code}`,
    en: 'refused for good',
    rule: { kind: 'refuse', code: '3', message: words, match: { dossierCode: code } }
  })),
  { vi: 'Làm xong nhưng mất câu trả lời (tạo mới)', en: 'did it, answer lost (create)', rule: { kind: 'lost-answer', ...firstCreate('H15.119-20261020-0000070') } },
  { vi: 'Làm xong nhưng mất câu trả lời (tạo mới)', en: 'did it, answer lost (create)', rule: { kind: 'lost-answer', ...firstCreate('000.06.14.H45-261102-0021') } },
  {
    vi: 'Làm xong nhưng mất câu trả lời (tiến độ)',
    en: 'did it, answer lost (progress)',
    rule: { kind: 'lost-answer', match: { dossierCode: 'H15.05-20261005-0000231', service: 'CapNhatTienDoHoSoMC' }, times: 1 }
  },
  { vi: 'Báo "đã tồn tại" dù chưa có', en: 'claims it exists', rule: { kind: 'duplicate', ...firstCreate('H15.117-20261113-0000033') } },
  { vi: 'Làm xong, trả lời nửa chừng rồi ngắt', en: 'did it, answer cut', rule: { kind: 'cut', done: true, ...firstCreate('000.01.22.H45-261027-0008') } },
  { vi: 'Nhận rồi im lặng', en: 'never answers', rule: { kind: 'hang', ...firstCreate('H15.08-20261106-0000097') } },
  { vi: 'Trả lời chậm 0,9 giây', en: 'answers after 0.9 s', rule: { kind: 'slow', delayMs: 900, ...firstCreate('H15.115-20261008-0000018') } },
  { vi: 'Trả lời đúng nhưng khai là text/html', en: 'declared as text/html', rule: { kind: 'wrong-type', ...firstCreate('000.01.25.H45-261103-0003') } },
  { vi: 'Trang HTML 502 của trục', en: '502 page of the bus', rule: { kind: 'status', status: 502, ...ANY_DOSSIER_CALL, skip: 6, times: 4 } },
  // Apart from the lost answers: a call whose session has ended is not carried out, so there would be nothing to lose.
  { vi: 'Phiên làm việc hết hạn giữa chừng', en: 'session over', rule: { kind: 'session-expired', match: { path: 'data' }, skip: 36, times: 1 } },
  { vi: 'Phiên làm việc hết hạn giữa chừng', en: 'session over', rule: { kind: 'session-expired', match: { dossierCode: 'H15.152-20261029-0000041' }, times: 1 } },
  { vi: '429, chờ 1 giây', en: '429, wait 1 s', rule: { kind: 'throttle', retryAfter: 1, ...ANY_DOSSIER_CALL, skip: 25, times: 2 } }
]

export async function scriptFaults (sandbox: Api): Promise<void> {
  for (const { rule } of SCRIPT) {
    const { status, body } = await sandbox.post('/control/faults', rule)
    if (status !== 201) throw new Error(`fault ${rule.kind}: ${status} ${JSON.stringify(body)}`)
  }
}

export interface FaultHits {
  vi: string
  en: string
  hits: number
}

/** How often each scripted fault struck. */
export async function faultHits (sandbox: Api): Promise<FaultHits[]> {
  const { faults } = await sandbox.get<{ faults: Array<{ hits: number }> }>('/control/faults')
  return SCRIPT.map(({ vi, en }, index) => ({ vi, en, hits: faults[index]?.hits ?? 0 }))
}
