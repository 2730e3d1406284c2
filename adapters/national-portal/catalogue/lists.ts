/** The portal's lists: which service reads each, and where a row says its code and name. Pure data. */

export interface List {
  service: string
  /** Absent: which members the rows have is not known, and is read from the rows themselves. */
  members?: { key: string, name: string }
  /** For what is asked for one by one: the parameter that takes the code. */
  parameter?: string
  /** For what depends on who asks: the parameter that takes the unit's code in short notation. */
  unitParameter?: string
}

/** §2.7 knows these by name only. */
const dictionary = (name: string): List => ({ service: `LayDanhMuc${name}` })

export const LISTS: Readonly<Record<string, List>> = {
  procedures: { service: 'LayDanhSachTTHC', members: { key: 'MATTHC', name: 'TENTTHC' } },
  // In camel case (§2.5, pitfall 34).
  procedureDetails: { service: 'LayThuTuc', members: { key: 'MATTHC', name: 'TENTTHC' }, parameter: 'maTTHC' },
  fields: { service: 'LayDanhMucLinhVuc', members: { key: 'MALINHVUC', name: 'TENLINHVUC' } },
  agencies: { service: 'LayDanhMucCoQuan', members: { key: 'MADONVI', name: 'TENDONVI' } },
  services: { service: 'LayDVC', members: { key: 'MADVC', name: 'TENDVC' } },
  // Known in generation B (§2.4, §1.7), with codes like H56; longer ones, as H56.14, are *inferred*.
  unitProcedures: { service: 'LayDanhSachTTHCDonVi', members: { key: 'MATTHC', name: 'TENTTHC' }, unitParameter: 'maDonVi' },
  // §2.6 knows the parameter and the wrapping, and no member: known clients keep the row as it is.
  decisions: { service: 'LayQDCB', parameter: 'idQDCB' },
  procedureTypes: dictionary('LoaiThuTuc'),
  procedureGroups: dictionary('NhomThuTuc'),
  typedProcedures: dictionary('ThuTucThuocLoai'),
  sexes: dictionary('GioiTinh'),
  provinces: dictionary('TinhThanh'),
  districts: dictionary('QuanHuyen'),
  wards: dictionary('PhuongXa'),
  countries: dictionary('QuocGia'),
  ethnicities: dictionary('DanToc'),
  religions: dictionary('TonGiao'),
  maritalStatuses: dictionary('TinhTrangHonNhan'),
  applicantKinds: dictionary('DoiTuong'),
  levels: dictionary('CapThucHien'),
  legalBases: dictionary('CanCuPhapLy'),
  fees: dictionary('LePhi')
}
