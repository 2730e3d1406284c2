/** What an XML form can break that JSON cannot; everything else is told by the schema's kinds. */
import type { FindingKind } from '../model/findings.js'

export const XML_KINDS = {
  attribute: {
    severity: 'error',
    code: 'xml-attribute-unknown',
    message: { vi: 'Không có thuộc tính nào tên "{name}".', en: 'There is no attribute named "{name}".' },
    cure: { vi: 'Đặt giá trị trong phần tử; thuộc tính không được dùng.', en: 'Put the value into an element; attributes are not used.' },
    clause: ''
  },
  repeated: {
    severity: 'error',
    code: 'xml-element-repeated',
    message: { vi: 'Phần tử "{name}" xuất hiện nhiều lần.', en: 'The element "{name}" occurs more than once.' },
    cure: { vi: 'Chỉ gửi một lần; danh sách gồm các phần tử con "item".', en: 'Send it once; a list has child elements "item".' },
    clause: ''
  },
  text: {
    severity: 'error',
    code: 'xml-text-misplaced',
    message: { vi: 'Có chữ nằm giữa các phần tử con.', en: 'There is text between child elements.' },
    cure: { vi: 'Bỏ phần chữ này hoặc đặt vào đúng phần tử.', en: 'Remove it, or put it into its element.' },
    clause: ''
  },
  namespace: {
    severity: 'error',
    code: 'xml-namespace-unknown',
    message: { vi: 'Phần tử "{name}" thuộc namespace khác.', en: 'The element "{name}" is of another namespace.' },
    cure: { vi: 'Dùng namespace https://lienthong.vn/schemas/dossier hoặc không dùng namespace.', en: 'Use the namespace https://lienthong.vn/schemas/dossier, or none.' },
    clause: ''
  },
  item: {
    severity: 'error',
    code: 'xml-item-expected',
    message: { vi: 'Danh sách có phần tử con "{name}".', en: 'A list has a child element "{name}".' },
    cure: { vi: 'Đặt tên mỗi phần tử của danh sách là "item".', en: 'Name each element of a list "item".' },
    clause: ''
  },
  root: {
    severity: 'error',
    code: 'xml-root-unknown',
    message: { vi: 'Phần tử gốc không phải "{name}".', en: 'The root element is not "{name}".' },
    cure: { vi: 'Đặt phần tử gốc theo docs/xml-soap.md.', en: 'Name the root as docs/xml-soap.md has it.' },
    clause: ''
  }
} as const satisfies Record<string, FindingKind>
