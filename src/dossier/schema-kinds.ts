/** What a document can break of the schemas: the kinds behind `errors[].code` of a 422. */
import type { FindingKind } from '../model/findings.js'

/** `field-value` is also what an unknown status gets: the ten statuses are a list of the schema (national-portal §3.1). */
export const SCHEMA_KINDS = {
  missing: {
    severity: 'error',
    code: 'field-missing',
    message: { vi: 'Thiếu trường bắt buộc "{member}".', en: 'The required field "{member}" is missing.' },
    cure: { vi: 'Hãy bổ sung trường này.', en: 'Add it.' },
    clause: ''
  },
  unknown: {
    severity: 'error',
    code: 'field-unknown',
    message: { vi: 'Không có trường nào tên "{member}".', en: 'There is no field named "{member}".' },
    cure: { vi: 'Kiểm tra chính tả hoặc bỏ trường này.', en: 'Check the spelling or leave it out.' },
    clause: ''
  },
  type: {
    severity: 'error',
    code: 'field-type',
    message: { vi: 'Sai kiểu dữ liệu: cần {types}.', en: 'Wrong type: {types} is needed.' },
    cure: { vi: 'Gửi đúng kiểu; mã, số định danh, số điện thoại và số tiền luôn là chuỗi.', en: 'Send that type; codes, identity numbers, phone numbers and amounts are always strings.' },
    clause: ''
  },
  value: {
    severity: 'error',
    code: 'field-value',
    message: { vi: 'Giá trị không hợp lệ. Chỉ nhận: {allowed}.', en: 'Not an allowed value. Allowed are: {allowed}.' },
    cure: { vi: 'Dùng một trong các giá trị đã nêu; trạng thái riêng của tỉnh đặt ở localStatus.', en: 'Use one of those; a status of the province\'s own goes into localStatus.' },
    clause: 'national-portal §3.1; standards §1.3'
  },
  format: {
    severity: 'error',
    code: 'field-format',
    message: { vi: 'Sai định dạng: cần {form}.', en: 'Wrong format: needed is {form}.' },
    cure: { vi: 'Sửa theo dạng đã nêu.', en: 'Write it in that form.' },
    clause: 'national-portal §5; standards §7'
  },
  tooShort: {
    severity: 'error',
    code: 'field-too-short',
    message: { vi: 'Cần ít nhất {limit} ký tự.', en: 'At least {limit} characters are needed.' },
    cure: { vi: 'Điền giá trị; nếu không có, bỏ hẳn trường không bắt buộc.', en: 'Fill it in; leave an optional field out where there is nothing to say.' },
    clause: ''
  },
  tooLong: {
    severity: 'error',
    code: 'field-too-long',
    message: { vi: 'Dài quá {limit} ký tự.', en: 'Longer than {limit} characters.' },
    cure: { vi: 'Hãy rút gọn.', en: 'Shorten it.' },
    clause: 'national-portal §2.1'
  },
  tooSmall: {
    severity: 'error',
    code: 'number-too-small',
    message: { vi: 'Phải từ {limit} trở lên.', en: 'Must be at least {limit}.' },
    cure: { vi: 'Sửa số này.', en: 'Correct the number.' },
    clause: ''
  },
  tooLarge: {
    severity: 'error',
    code: 'number-too-large',
    message: { vi: 'Không được quá {limit}.', en: 'Must be at most {limit}.' },
    cure: { vi: 'Sửa số này.', en: 'Correct the number.' },
    clause: ''
  },
  tooMany: {
    severity: 'error',
    code: 'list-too-long',
    message: { vi: 'Quá {limit} phần tử.', en: 'More than {limit} items.' },
    cure: { vi: 'Kiểm tra phần tử bị lặp; chia các bước xử lý thành nhiều lần gửi.', en: 'Look for repeated items; push progress steps in several parts.' },
    clause: ''
  },
  tooFew: {
    severity: 'error',
    code: 'list-too-short',
    message: { vi: 'Cần ít nhất {limit} phần tử.', en: 'At least {limit} items are needed.' },
    cure: { vi: 'Bổ sung phần tử.', en: 'Add what is missing.' },
    clause: ''
  },
  other: {
    severity: 'error',
    code: 'field-invalid',
    message: { vi: 'Giá trị vi phạm quy tắc "{rule}".', en: 'The value breaks the rule "{rule}".' },
    cure: { vi: 'So với schema của hồ sơ tại /docs.', en: 'Compare it with the dossier\'s schema at /docs.' },
    clause: ''
  }
} as const satisfies Record<string, FindingKind>
