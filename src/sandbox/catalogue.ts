/** A small invented catalogue in the shapes of contract §7.8. No procedure, unit or person in it exists. */
export interface Procedure {
  code: string
  name: string
  service: string
  field: string
  days: string
  fee: string
}

export const AGENCIES = [
  { MADONVI: '000.00.00.H99', TENDONVI: 'UBND tỉnh Thử Nghiệm', CAPDONVI: '1' },
  { MADONVI: '000.00.01.H99', TENDONVI: 'Sở Mẫu', CAPDONVI: '1' },
  { MADONVI: '000.01.02.H99', TENDONVI: 'UBND xã Ví Dụ', CAPDONVI: '3' }
]

export const FIELDS = [
  { MALINHVUC: 'G01-LV01', TENLINHVUC: 'Lĩnh vực mẫu', MANGANH: 'G01' },
  { MALINHVUC: 'G02-LV02', TENLINHVUC: 'Hộ tịch mẫu', MANGANH: 'G02' }
]

type Field = typeof FIELDS[number]

export const PROCEDURES: readonly Procedure[] = [
  { code: '1.000001.000.00.00.H99', name: 'Thủ tục mẫu A', service: 'Dịch vụ mẫu', field: 'G01-LV01', days: '5', fee: '150000' },
  { code: '1.000002.000.00.00.H99', name: 'Thủ tục mẫu B', service: 'Dịch vụ mẫu B', field: 'G02-LV02', days: '3', fee: '0' },
  { code: '2.000003', name: 'Thủ tục mẫu C', service: 'Dịch vụ mẫu C', field: 'G01-LV01', days: '10', fee: '50000' }
]

/** The announcement decision of every procedure here (contract §2.6). */
export const DECISION = {
  ID: '10', SOQUYETDINH: '10/QĐ-UBND', TENQUYETDINH: 'Quyết định công bố thủ tục mẫu', COQUANBANHANH: 'UBND tỉnh Thử Nghiệm', NGAYBANHANH: '01/10/2026'
}

/** Identity number or tax code → TechID of the account; whoever is not here has no account (contract §2.10). */
export const ACCOUNTS: ReadonlyMap<string, string> = new Map([
  ['099000000001', '00000000-0000-4000-8000-000000000001'],
  ['099000000002', '00000000-0000-4000-8000-000000000002'],
  ['0900000000', '00000000-0000-4000-8000-000000000003']
])

/** The answer of LayThuTuc for one procedure (contract §2.5): keys in capitals, codes as text. */
export function procedureDetail (procedure: Procedure, { index, fields }: { index: number, fields: readonly Field[] }): Record<string, unknown> {
  const { code, name, field } = procedure
  return {
    ID: String(index + 1),
    MATTHC: code,
    TENTTHC: name,
    TRANGTHAI: '1',
    IDQUYETDINHCONGBO: DECISION.ID,
    CAPTHUCHIEN: [{ CAPTHUCHIEN: '1', TENCAP: 'Cấp tỉnh' }],
    LINHVUCTHUCHIEN: fields.filter(row => row.MALINHVUC === field).map(({ MALINHVUC, TENLINHVUC }) => ({ MALINHVUC, TENLINHVUC })),
    CACHTHUCTHUCHIEN: [{ KENH: '2', THOIGIAN: [duration(procedure)] }],
    DOITUONGTHUCHIEN: [{ MADOITUONG: '1', TENDOITUONG: 'Công dân' }],
    THANHPHANHOSO: [{
      TRUONGHOP: '',
      GIAYTO: [{ MAGIAYTO: '000.00.00.G01-KQ000001', MA_KQ_THAYTHE: '', TENGIAYTO: 'Đơn đề nghị', SOBANCHINH: '1', SOBANSAO: '0', TENMAUDON: '', URL: '' }]
    }],
    KETQUATHUCHIEN: [{ MAKETQUA: 'KQ.G01.000001', TENKETQUA: 'Giấy chứng nhận mẫu', TENTEP: '', URL: '' }],
    CANCUPHAPLY: [],
    TTHCLIENQUAN: [],
    TTHCLIENTHONG: [],
    COQUANTHUCHIEN: [{ MADONVI: '000.00.01.H99', TENDONVI: 'Sở Mẫu' }]
  }
}

function duration ({ days, fee }: Procedure): Record<string, unknown> {
  return {
    THOIGIANGIAIQUYET: days,
    DONVITINH: 'Ngày làm việc',
    MOTA: '',
    PHILEPHI: fee === '0' ? [] : [{ MAPHILEPHI: 'LP000001', SOTIEN: fee, DONVI: 'Đồng', MOTA: '', TENTEP: '', URL: '' }]
  }
}

export function onlineService ({ code, name, service, field }: Procedure, fields: readonly Field[]): Record<string, unknown> {
  return {
    MADVC: `${code}.01`,
    TENDVC: service,
    MATTHC: code,
    TENTTHC: name,
    TENCOQUANBANHANH: 'Bộ Mẫu',
    TENLINHVUC: fields.find(row => row.MALINHVUC === field)?.TENLINHVUC ?? '',
    APDUNGDVC: []
  }
}
