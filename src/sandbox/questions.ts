/** Invented questions of citizens, in the rows of contract §2.12. */
export const QUESTIONS = [
  question('9001', 'Tôi cần những giấy tờ gì cho thủ tục mẫu A?'),
  question('9002', 'Khi nào có kết quả của thủ tục mẫu B?')
]

function question (id: string, content: string) {
  return {
    HOIDAPID: id,
    MALINHVUC: 'G01-LV01',
    MATTHCDP: '1.000001.000.00.00.H99',
    MADONVI: '000.00.01.H99',
    TENDONVI: 'Sở Mẫu',
    NOIDUNG: content,
    NOIDUNGTRALOI: '',
    TRALOIID: '',
    HOVATEN: 'Nguyễn Thị Mẫu',
    DIACHI: '1 Đường Mẫu',
    THUDIENTU: 'mau@example.vn',
    SODIENTHOAI: '0900000001',
    TRANGTHAI: '0'
  }
}
