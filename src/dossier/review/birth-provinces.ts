/**
 * The first three digits of a personal number: where the birth was registered (standards §7.1).
 *
 * Source: Luật Căn cước 26/2023/QH15, article 12, and the lists of the Ministry of Public Security (thông tư
 * 07/2016/TT-BCA, 59/2021/TT-BCA), as public tables print them; no gazette text was readable. Numbers never change, so
 * none is ever removed. `until` is the last year in which births were registered under a code: the province was merged
 * on 2025-07-01 (nghị quyết 202/2025/QH15). That new births carry the surviving province's code is inferred.
 */
export interface BirthProvince {
  name: string
  until?: number
}

const MERGED = 2025

export const BIRTH_PROVINCES: Readonly<Record<string, BirthProvince>> = {
  '001': { name: 'Hà Nội' },
  '002': { name: 'Hà Giang', until: MERGED },
  '004': { name: 'Cao Bằng' },
  '006': { name: 'Bắc Kạn', until: MERGED },
  '008': { name: 'Tuyên Quang' },
  '010': { name: 'Lào Cai', until: MERGED },
  '011': { name: 'Điện Biên' },
  '012': { name: 'Lai Châu' },
  '014': { name: 'Sơn La' },
  // Merged, but the new Lào Cai carries on under this code (QĐ 19/2025/QĐ-TTg, standards §5.4).
  '015': { name: 'Yên Bái' },
  '017': { name: 'Hòa Bình', until: MERGED },
  '019': { name: 'Thái Nguyên' },
  '020': { name: 'Lạng Sơn' },
  '022': { name: 'Quảng Ninh' },
  // The new Bắc Ninh.
  '024': { name: 'Bắc Giang' },
  '025': { name: 'Phú Thọ' },
  '026': { name: 'Vĩnh Phúc', until: MERGED },
  '027': { name: 'Bắc Ninh', until: MERGED },
  '030': { name: 'Hải Dương', until: MERGED },
  '031': { name: 'Hải Phòng' },
  '033': { name: 'Hưng Yên' },
  '034': { name: 'Thái Bình', until: MERGED },
  '035': { name: 'Hà Nam', until: MERGED },
  '036': { name: 'Nam Định', until: MERGED },
  '037': { name: 'Ninh Bình' },
  '038': { name: 'Thanh Hóa' },
  '040': { name: 'Nghệ An' },
  '042': { name: 'Hà Tĩnh' },
  // The new Quảng Trị.
  '044': { name: 'Quảng Bình' },
  '045': { name: 'Quảng Trị', until: MERGED },
  '046': { name: 'Thừa Thiên Huế' },
  '048': { name: 'Đà Nẵng' },
  '049': { name: 'Quảng Nam', until: MERGED },
  '051': { name: 'Quảng Ngãi' },
  // The new Gia Lai.
  '052': { name: 'Bình Định' },
  '054': { name: 'Phú Yên', until: MERGED },
  '056': { name: 'Khánh Hòa' },
  '058': { name: 'Ninh Thuận', until: MERGED },
  '060': { name: 'Bình Thuận', until: MERGED },
  '062': { name: 'Kon Tum', until: MERGED },
  '064': { name: 'Gia Lai', until: MERGED },
  '066': { name: 'Đắk Lắk' },
  '067': { name: 'Đắk Nông', until: MERGED },
  '068': { name: 'Lâm Đồng' },
  '070': { name: 'Bình Phước', until: MERGED },
  '072': { name: 'Tây Ninh', until: MERGED },
  '074': { name: 'Bình Dương', until: MERGED },
  '075': { name: 'Đồng Nai' },
  '077': { name: 'Bà Rịa - Vũng Tàu', until: MERGED },
  '079': { name: 'Thành phố Hồ Chí Minh' },
  // The new Tây Ninh.
  '080': { name: 'Long An' },
  // The new Đồng Tháp.
  '082': { name: 'Tiền Giang' },
  '083': { name: 'Bến Tre', until: MERGED },
  '084': { name: 'Trà Vinh', until: MERGED },
  '086': { name: 'Vĩnh Long' },
  '087': { name: 'Đồng Tháp', until: MERGED },
  '089': { name: 'An Giang', until: MERGED },
  // The new An Giang.
  '091': { name: 'Kiên Giang' },
  '092': { name: 'Cần Thơ' },
  '093': { name: 'Hậu Giang', until: MERGED },
  '094': { name: 'Sóc Trăng', until: MERGED },
  '095': { name: 'Bạc Liêu', until: MERGED },
  '096': { name: 'Cà Mau' }
}

/** Births registered abroad carry a country's code, from here on (inferred); no source for that list was readable, so none is doubted. */
export const FIRST_COUNTRY = '100'
