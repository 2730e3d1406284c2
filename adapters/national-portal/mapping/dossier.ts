/** DongBoHoSoMC, the dossier's own members (contract §2.1.1); its lists are in papers.ts. */
import { KINDS } from '../findings.js'
import { named, statusCode } from './coded.js'
import { mapPapers } from './papers.js'
import { compact, flag, type Limit, type Members, type Translator } from './translator.js'
import type { Dossier } from '../../../src/model/dossier-types.js'

/** 995 characters and three dots, as the client that found the limit does (§2.1.1). */
const SUMMARY: Limit = { limit: 1000, keep: 998 }
/** Longer notes were rejected; the exact limit is not known (§2.1.1). */
const NOTE: Limit = { limit: 2000, keep: 2000 }

export function mapDossier (dossier: Dossier, t: Translator): Members {
  return compact({
    ...procedure(dossier, t),
    ...applicant(dossier.applicant, t),
    ...content(dossier, t),
    ...times(dossier, t),
    ...(t.extended ? extendedMembers(dossier, t) : {}),
    ...mapPapers(dossier, t)
  })
}

function procedure (dossier: Dossier, t: Translator): Members {
  const procedure = named('procedure', dossier.procedure, t)
  const field = named('field', dossier.field, t)
  return {
    MaHoSo: t.exact(dossier.code, 50, ['code']),
    MaTTHC: t.exact(procedure.code, 50, ['procedure', 'code']),
    TenTTHC: procedure.name,
    MaLinhVuc: t.exact(field.code, 50, ['field', 'code']),
    TenLinhVuc: t.exact(field.name, 500, ['field', 'name']),
    // No client sends an empty receipt number (§2.1.1), so it is left out without one.
    SoBienNhan: dossier.receiptNumber,
    // The unit's name, not its code (§2.1.1).
    DonViXuLy: named('agency', dossier.agency, t).name
  }
}

function applicant (person: Dossier['applicant'], t: Translator): Members {
  return {
    ChuHoSo: t.exact(person.name, 500, ['applicant', 'name']),
    LoaiDoiTuong: t.code('applicantKind', person.kind, ['applicant', 'kind']),
    MaDoiTuong: accountId(person, t),
    Email: t.exact(person.email, 100, ['applicant', 'email']),
    // Only a fax number is one: a known client puts the phone number here (pitfall 20).
    Fax: person.fax ?? '',
    SoDienThoai: t.exact(person.phone, 50, ['applicant', 'phone'])
  }
}

/** A TechID and never an identity number: a known client mixes them up (pitfall 19). */
export function accountId (person: Dossier['applicant'], t: Translator): string {
  const numbers = [person.identityNumber, ...(person.identities ?? []).map(identity => identity.number)]
  if (person.accountId === undefined || !numbers.includes(person.accountId)) return person.accountId ?? ''
  t.report(KINDS.accountIsIdentity, ['applicant', 'accountId'])
  return ''
}

function content (dossier: Dossier, t: Translator): Members {
  return {
    TrichYeuHoSo: t.cut(dossier.summary, SUMMARY, ['summary']),
    // As it is: folding 5, 6 and 8 into 9 shows "finished" to citizens who are waited for (pitfall 27).
    TrangThaiHoSo: statusCode(dossier, [], t),
    HinhThuc: t.code('resultDelivery', dossier.resultDelivery, ['resultDelivery']),
    ThongTinKhac: dossier.otherInformation ?? '',
    ThongTinTra: dossier.returnInformation ?? '',
    GhiChu: t.cut(dossier.note, NOTE, ['note'])
  }
}

function times (dossier: Dossier, t: Translator): Members {
  return {
    NgayTiepNhan: t.date(dossier.receivedAt, ['receivedAt']),
    NgayHenTra: t.date(dossier.dueAt, ['dueAt']),
    NgayTra: t.date(dossier.returnedAt, ['returnedAt']),
    NgayKetThucXuLy: t.date(dossier.finishedAt, ['finishedAt'])
  }
}

/** The members marked "B" (§2.1.1). A code or flag the province did not give is left out, never defaulted. */
function extendedMembers (dossier: Dossier, t: Translator): Members {
  const person = dossier.applicant
  return {
    KenhThucHien: t.code('channel', dossier.channel, ['channel']),
    SoGiayToChuHoSo: t.exact(person.identityNumber, 100, ['applicant', 'identityNumber']),
    // Never filled from the reception time: waiting for reception would always be zero (pitfall 31).
    NgayNopHoSo: t.date(dossier.submittedAt, ['submittedAt']),
    NgayTuChoi: t.date(dossier.refusedAt, ['refusedAt']),
    NoiNopHoSo: t.code('filedVia', dossier.filedVia, ['filedVia']),
    HoSoCoThanhPhanSoHoa: flag(dossier.digitised),
    TaiKhoanDuocXacThucVoiVNeID: flag(person.identityVerified),
    DuocThanhToanTrucTuyen: t.code('onlinePayment', dossier.onlinePayment, ['onlinePayment']),
    DinhDanhCHS: identities(person, t),
    DSKetNoiCSDL: (dossier.consultedDatabases ?? []).map(code => ({ MaCSDL: code }))
  }
}

/** Only kinds that have a national code; no stand-in number for the others (pitfall 26). */
function identities (person: Dossier['applicant'], t: Translator): Members[] {
  return (person.identities ?? []).flatMap(({ type, number }, index) => {
    const path = ['applicant', 'identities', index]
    if (!t.knows('identityType', type)) {
      t.report(KINDS.identityWithoutCode, path, { type })
      return []
    }
    return [{
      LoaiDinhDanh: t.code('identityType', type, [...path, 'type']),
      SoDinhDanh: t.exact(number, 40, [...path, 'number'])
    }]
  })
}
