import type { Dossier, ProgressStep } from '../../src/model/dossier-types.js'

/** An invented dossier; `changes` replace members. */
export function aDossier (changes: Partial<Dossier> = {}): Dossier {
  return {
    code: '000.00.14.H15-261104-0001',
    procedure: { code: '1.001776', name: 'Thủ tục mẫu' },
    field: { code: 'G13-DD01', name: 'Đất đai' },
    channel: 'online',
    filedVia: 'provincial-system',
    applicant: {
      name: 'Y Thử Niê',
      kind: 'citizen',
      identityNumber: '066099000001',
      identities: [{ type: 'citizen-id', number: '066099000001' }],
      phone: '0900000001',
      email: 'y.thu@example.vn'
    },
    summary: 'Hồ sơ mẫu của Y Thử Niê',
    submittedAt: '2026-11-04T08:15:00+07:00',
    receivedAt: '2026-11-04T09:00:00+07:00',
    dueAt: '2026-11-11T17:00:00+07:00',
    status: 'processing',
    resultDelivery: 'in-person',
    agency: { code: '000.00.14.H15', name: 'Sở Nông nghiệp và Môi trường tỉnh Đắk Lắk' },
    onlinePayment: 'no-fee',
    digitised: true,
    ...changes
  }
}

/** The `n`th dossier code of a day. */
export function codeOf (n: number): string {
  return `000.00.14.H15-261104-${String(n).padStart(4, '0')}`
}

export function aStep (changes: Partial<ProgressStep> = {}): ProgressStep {
  return {
    occurredAt: '2026-11-04T09:00:00+07:00',
    status: 'received',
    content: 'Tiếp nhận hồ sơ',
    officer: { name: 'Trần Văn Thử' },
    ...changes
  }
}
