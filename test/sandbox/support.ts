/** A sandbox on a free port and a small client of it. All persons and numbers are invented. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { createSandbox } from '../../src/sandbox/app.js'
import type { Sandbox, SandboxOptions } from '../../src/sandbox/app.js'

export const CODE = '000.00.01.H99-261104-0001'
export const DONE = { error_code: '0', message: 'Đồng bộ thành công' }
export const EXPIRED = { error_code: -1, message: 'Phiên làm việc không hợp lệ hoặc đã hết hạn' }

export type Message = Record<string, unknown>

export interface Client {
  sandbox: Sandbox
  base: string
  session: string
  login: (credentials?: Message) => Promise<Response>
  /** Sends to the data path in the client's own session. */
  send: (envelope: Message, init?: RequestInit) => Promise<Response>
  ask: (envelope: Message) => Promise<unknown>
  sync: (isUpdating: 'True' | 'False', ...data: unknown[]) => Promise<unknown>
  report: (...data: unknown[]) => Promise<unknown>
  control: (method: string, path: string, body?: unknown) => Promise<{ status: number, body: Message }>
  fault: (rule: Message) => Promise<Message>
}

export async function start (t: Test, options: SandboxOptions = {}): Promise<Client> {
  const sandbox = await createSandbox(options)
  t.teardown(() => sandbox.close())
  const base = await sandbox.listen()
  const client = createClient(sandbox, base)
  const { session } = await (await client.login()).json() as { session: string }
  client.session = session
  return client
}

function createClient (sandbox: Sandbox, base: string): Client {
  const client: Client = {
    sandbox,
    base,
    session: '',
    login: (credentials = { username: '000.00.00.H15', password: 'sandbox' }) =>
      post(`${base}/mapi/login?dstcode=VN:GOV:test`, credentials),
    send: (envelope, init) =>
      post(`${base}/mapi/g`, { session: client.session, madonvi: '000.00.00.H15', ...envelope }, init),
    ask: async envelope => (await client.send(envelope)).json(),
    sync: (isUpdating, ...data) => client.ask({ service: 'DongBoHoSoMC', isUpdating, data }),
    report: (...data) => client.ask({ service: 'CapNhatTienDoHoSoMC', data }),
    control: async (method, path, body) => {
      const response = await fetch(`${base}/control${path}`, {
        method,
        ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
      })
      return { status: response.status, body: await response.json() as Message }
    },
    fault: async rule => {
      const { status, body } = await client.control('POST', '/faults', rule)
      if (status !== 201) throw new Error(JSON.stringify(body))
      return body
    }
  }
  return client
}

export async function post (url: string, body: unknown, init: RequestInit = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', dstcode: 'VN:GOV:000.00.00.G22:vpcpdvcprovider' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...init
  })
}

/** Waits until `holds`; the limit is only there so that a broken sandbox ends the test. */
export async function until (holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 2000) throw new Error('waited in vain')
    await delay(5)
  }
}

/** What a client of generation A sends at least (contract §2.1.9). */
export function dossier (change: Message = {}): Message {
  return {
    MaHoSo: CODE,
    MaTTHC: '1.000001.000.00.00.H99',
    TenTTHC: 'Thủ tục mẫu A',
    MaLinhVuc: 'G01-LV01',
    TenLinhVuc: 'Lĩnh vực mẫu',
    ChuHoSo: 'Nguyễn Thị Mẫu',
    LoaiDoiTuong: '1',
    MaDoiTuong: '',
    ThongTinKhac: '',
    Email: '',
    Fax: '',
    SoDienThoai: '0900000001',
    TrichYeuHoSo: 'Hồ sơ mẫu của Nguyễn Thị Mẫu',
    NgayTiepNhan: '20261104090000',
    NgayHenTra: '20261111170000',
    TrangThaiHoSo: '2',
    NgayTra: '',
    ThongTinTra: '',
    HinhThuc: '0',
    DonViXuLy: 'Sở Mẫu tỉnh Thử Nghiệm',
    TaiLieuNop: [],
    DanhSachGiayToKetQua: [],
    ...change
  }
}

/** The whole message of contract §7.2, generation B fields included. */
export function fullDossier (change: Message = {}): Message {
  return dossier({
    KenhThucHien: '2',
    SoGiayToChuHoSo: '099000000001',
    MaDoiTuong: '00000000-0000-4000-8000-000000000001',
    Email: 'mau@example.vn',
    NgayNopHoSo: '20261104081500',
    NgayKetThucXuLy: '',
    NgayTuChoi: '',
    GhiChu: '',
    NoiNopHoSo: '2',
    HoSoCoThanhPhanSoHoa: '1',
    TaiKhoanDuocXacThucVoiVNeID: '1',
    DuocThanhToanTrucTuyen: '1',
    DinhDanhCHS: [{ LoaiDinhDanh: '1', SoDinhDanh: '099000000001' }],
    DSKetNoiCSDL: [{ MaCSDL: '7' }],
    TaiLieuNop: [paper()],
    DanhSachLePhi: [{ TenPhiLePhi: 'Lệ phí mẫu', MaPhiLePhi: 'LP000001', HinhThucThu: '1', Gia: '150000', LoaiPhiLePhi: '1' }],
    DanhSachTepDinhKemKhac: [],
    DanhSachHoSoBoSung: [],
    ...change
  })
}

export function paper (change: Message = {}): Message {
  return {
    TepDinhKemId: '501',
    TenTepDinhKem: 'Đơn đề nghị.pdf',
    IsDeleted: 'False',
    MaThanhPhanHoSo: '000.00.00.G01-KQ000001',
    DuongDanTaiTepTin: 'https://mc.example.vn/files/501',
    DuocSoHoa: '1',
    DuocTaiSuDung: '0',
    DuocLayTuKhoDMQG: '0',
    MaKetQuaThayThe: '',
    ...change
  }
}

export function step (change: Message = {}): Message {
  return {
    MaHoSo: CODE,
    NguoiXuLy: 'Trần Văn Thử',
    ChucDanh: '',
    ThoiDiemXuLy: '20261104090000',
    PhongBanXuLy: 'Bộ phận một cửa',
    NoiDungXuLy: 'Tiếp nhận hồ sơ',
    TrangThai: '2',
    NgayBatDau: '',
    NgayKetThucTheoQuyDinh: '',
    ...change
  }
}
