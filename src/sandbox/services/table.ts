/** The services of the portal by name. Both generations serve the same ones. */
import { findDossier, syncDossiers } from './dossiers.js'
import { DICTIONARIES, dictionary, listAgencies, listFields } from './dictionaries.js'
import { answerOf, listOwnQuestions, listQuestions, rateService, syncAnswers, syncQuestions } from './feedback.js'
import { findAccount, listOnlineServices, listProcedures, listProceduresOf, readDecision, readProcedure } from './lookups.js'
import type { SandboxService } from './messages.js'
import { addSteps, noticeStatus } from './progress.js'

export const SERVICES: ReadonlyMap<string, SandboxService> = new Map<string, SandboxService>([
  ['DongBoHoSoMC', syncDossiers],
  ['CapNhatTienDoHoSoMC', addSteps],
  ['DongBoTrangThaiHoSo', noticeStatus],
  ['DongBoTrangThaiHoSoKM', noticeStatus],
  ['TraCuuHoSo', findDossier],
  ['LayDanhSachTTHC', listProcedures],
  ['LayDanhSachTTHCDonVi', listProceduresOf],
  ['LayThuTuc', readProcedure],
  ['LayQDCB', readDecision],
  ['LayDanhMucCoQuan', listAgencies],
  ['LayDanhMucLinhVuc', listFields],
  ['LayDVC', listOnlineServices],
  ['TraCuuTechID', findAccount],
  ['LayDanhSachHoiDapGuiTuDVCQG', listQuestions],
  ['LayDanhSachHoiDapBoCoQuan', listOwnQuestions],
  ['LayNoiDungTraLoiTheoCauHoi', answerOf],
  ['DongBoHoiDap', syncQuestions],
  ['DongBoKetQuaHoiDapGuiTuDVCQG', syncAnswers],
  ['DongBoDanhGia', rateService],
  ...Object.entries(DICTIONARIES).map(([name, rows]): [string, SandboxService] => [name, dictionary(rows)])
])
