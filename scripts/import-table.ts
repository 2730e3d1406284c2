// Prints which room imports which, from below, with the number of imports: `npm run rooms`. Fails where an arrow runs
// upwards or files import each other in a circle; types count like everything else.
import { countByRoom, cyclesIn, readArrows } from './rooms/arrows.js'
import { floorOf, readBoundaries, runsDown } from './rooms/floors.js'

const root = process.cwd()
const { FLOORS, ROOMS, roomOf } = await readBoundaries(root)
const arrows = await readArrows(root, ['src', 'adapters'])
const counts = countByRoom(arrows, roomOf)
const rooms = Object.keys(ROOMS).sort((one, other) => (floorOf(FLOORS, one) ?? Infinity) - (floorOf(FLOORS, other) ?? Infinity) || one.localeCompare(other))

const lines = rooms.map(room => {
  const floor = floorOf(FLOORS, room)
  const targets = [...counts.get(room) ?? []].sort(([one], [other]) => one.localeCompare(other))
  return `${String(floor ?? '-').padStart(2)}  ${room.padEnd(22)} ${targets.map(([target, count]) => `${target} ${count}`).join(', ')}`
})
const upward = [...counts].flatMap(([room, targets]) => [...targets.keys()]
  .filter(target => floorOf(FLOORS, room) !== undefined && !runsDown(FLOORS, room, target)).map(target => `${room} -> ${target}`))
const cycles = cyclesIn(arrows)

process.stdout.write(`${[
  'floor room                  imports',
  ...lines,
  `upward arrows: ${upward.length}`,
  ...upward.map(arrow => `  ${arrow}`),
  `cycles: ${cycles.length}`,
  ...cycles.map(cycle => `  ${cycle.join(' -> ')}`)
].join('\n')}\n`)
if (upward.length + cycles.length > 0) process.exitCode = 1
