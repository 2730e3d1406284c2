/** After the work: where to look, and the wait for Ctrl-C. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Ending } from './ending.js'
import { createApi } from './http.js'
import type { Stage } from './processes.js'

export const AFTER_ONCE = [
  '',
  'Xem tiếp · next: npm run demo (không --once · without --once) để mở /docs và gọi thử; demo/README.md; docs/sandbox.md'
]

export async function addresses ({ gatewayUrl, sandboxUrl, key }: Stage, signal: AbortSignal): Promise<string[]> {
  const gateway = createApi(gatewayUrl, { signal })
  const hasConsole = await gateway.answers('/console').finally(() => gateway.close())
  return [
    '',
    'Tất cả vẫn đang chạy; dữ liệu mất khi dừng (Ctrl-C). · Everything still runs; its data goes when it stops (Ctrl-C).',
    `  API                     ${gatewayUrl}/v1`,
    `  Khóa · key              ${key}`,
    `  Tài liệu · docs         ${gatewayUrl}/docs`,
    ...(hasConsole ? [`  Bảng điều hành · console ${gatewayUrl}/console`] : []),
    `  Cổng giả lập · sandbox  ${sandboxUrl}/control/summary`,
    `  Thử · try  curl -H 'Authorization: Bearer ${key}' '${gatewayUrl}/v1/deliveries?state=refused'`
  ]
}

export async function untilAsked ({ signal, asked }: Ending): Promise<void> {
  await Promise.race([asked, parentGone(signal)])
}

/** npm that is told to end does not tell us; then nobody is left who could. */
async function parentGone (signal: AbortSignal): Promise<void> {
  const parent = process.ppid
  while (process.ppid === parent) await delay(1000, undefined, { signal })
}
