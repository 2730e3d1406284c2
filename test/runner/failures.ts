/** What failed and why, from the TAP of a process. */

const SHOWN = 20
const LINES = 20

/**
 * The innermost failures, each with the head of its diagnosis. The line of a subtest comes after its own failures: it is
 * shown only where none of them was. Assertions that tap marks `todo` are not failures.
 */
export function failuresIn (tap: string): string[] {
  const shown: string[] = []
  let depth = 0
  let left = 0
  let held: string[] = []
  const keep = (): void => {
    if (held.length > 0) shown.push(held.join('\n'))
    held = []
  }
  for (const line of tap.split('\n')) {
    const indent = line.length - line.trimStart().length
    if (/^ *not ok /.test(line) && !/ # TODO/.test(line)) {
      keep()
      const outer = depth > indent
      depth = indent
      left = outer ? 0 : LINES
    } else if (/^ *ok /.test(line) && indent < depth) depth = 0
    if (left > 0) {
      held.push(line.slice(0, 200))
      left--
    }
    if (/^ *\.\.\.$/.test(line)) left = 0
  }
  keep()
  return shown.length > SHOWN ? [...shown.slice(0, SHOWN), `… and ${shown.length - SHOWN} more`] : shown
}
