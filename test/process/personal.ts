// The invented person of the tests' dossiers, in every form in which it must not be seen.
import type { Test } from 'tap'

export const PERSON = { name: 'Y Thử Niê', identityNumber: '066099000001', phone: '0900000001', email: 'y.thu@example.vn', officer: 'Trần Văn Thử' }

/** Words of a partner that quotes all it was sent, as partners do. */
export const QUOTING = `Công dân ${PERSON.name} (số ${PERSON.identityNumber}, ĐT ${PERSON.phone}, ${PERSON.email}), cán bộ ${PERSON.officer}: dữ liệu không hợp lệ`

export function checkNobody (t: Test, text: string, where: string): void {
  for (const [what, value] of Object.entries(PERSON)) {
    const found = text.normalize('NFC').toLowerCase().includes(value.toLowerCase()) || text.includes(escaped(value))
    t.notOk(found, `${where}: no ${what}`)
  }
}

function escaped (text: string): string {
  return JSON.stringify(text).slice(1, -1).replace(/[^\x20-\x7e]/g, letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
