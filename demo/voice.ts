/** What people read while the demo runs: lines, and a progress bar where there is a terminal. */
export interface Voice {
  line: (text: string) => void
  bar: (done: number, total: number) => void
}

interface Output {
  isTTY?: boolean
  write: (text: string) => unknown
}

const WIDTH = 30
/** Without a terminal: a line now and then. */
const QUIET_MS = 2000

export function createVoice (output: Output): Voice {
  const terminal = output.isTTY === true
  let barShown = false
  let saidAt = 0

  function line (text: string): void {
    output.write(`${barShown ? '\n' : ''}${text}\n`)
    barShown = false
  }

  function bar (done: number, total: number): void {
    const text = `${drawn(done, total)} ${done}/${total}`
    if (terminal) {
      output.write(`\r${text}`)
      barShown = true
    } else if (done === total || performance.now() - saidAt > QUIET_MS) {
      saidAt = performance.now()
      output.write(`  ${text}\n`)
    }
  }

  return { line, bar }
}

function drawn (done: number, total: number): string {
  const full = total === 0 ? WIDTH : Math.round(WIDTH * done / total)
  return `[${'█'.repeat(full)}${'░'.repeat(WIDTH - full)}]`
}
