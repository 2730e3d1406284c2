/** What each service of the portal is to us: a write of our own, a read of our copies, or a question for the portal. Pure data. */
import { toShortAgency } from '../../../src/model/codes.js'
import { LISTS } from '../catalogue/lists.js'

export type AcceptedService =
  | { does: 'dossiers' }
  | { does: 'steps' }
  | { does: 'exists' }
  | { does: 'rows', list: string, parameter?: string | undefined, unitParameter?: string | undefined }
  /** `adds`: what a wrapper of generation B adds for clients that leave it out (contract §2.10, §2.11). */
  | { does: 'pass', adds?: Readonly<Record<string, string>> }

/** The copy has the portal's online services; which of them a client means is in parameters that no source names (§2.8). */
const NOT_FROM_COPY = ['services']

const STATUS_NOTICE: AcceptedService = { does: 'pass', adds: { type: '2' } }

export const SERVICES: ReadonlyMap<string, AcceptedService> = new Map<string, AcceptedService>([
  ['DongBoHoSoMC', { does: 'dossiers' }],
  ['CapNhatTienDoHoSoMC', { does: 'steps' }],
  ['TraCuuHoSo', { does: 'exists' }],
  ...Object.entries(LISTS).filter(([list]) => !NOT_FROM_COPY.includes(list)).map(([list, { service, parameter, unitParameter }]): [string, AcceptedService] =>
    [service, { does: 'rows', list, parameter, unitParameter }]),
  ['LayDVC', { does: 'pass' }],
  ['TraCuuTechID', { does: 'pass', adds: { provider: 'wso2is' } }],
  // These dossiers were filed at the portal itself: their state there says nothing about a dossier of ours (§2.11).
  ['DongBoTrangThaiHoSo', STATUS_NOTICE],
  ['DongBoTrangThaiHoSoKM', STATUS_NOTICE],
  ...['LayDanhSachHoiDapGuiTuDVCQG', 'LayDanhSachHoiDapBoCoQuan', 'LayNoiDungTraLoiTheoCauHoi', 'DongBoHoiDap', 'DongBoKetQuaHoiDapGuiTuDVCQG', 'DongBoDanhGia']
    .map((name): [string, AcceptedService] => [name, { does: 'pass' }])
])

/** A unit's list is stored under its code; that of the gateway's own account without one. */
export function storedLists (list: string, { asked, own }: { asked: string, own: string }): string[] {
  const unit = toShortAgency(asked) ?? asked
  return [`${list}/${unit}`, ...(unit === (toShortAgency(own) ?? own) ? [list] : [])]
}
