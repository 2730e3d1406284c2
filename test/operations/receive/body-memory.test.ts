import t from 'tap'
import { createBodyMemory } from '../../../src/operations/receive/body-memory.js'

t.test('so many bytes at once and no more; who leaves makes room, once', async t => {
  const room = createBodyMemory(100)
  const first = room.enter(60)
  t.ok(first !== undefined && room.enter(40) !== undefined)
  t.equal(room.enter(1), undefined)
  first?.()
  first?.()
  t.ok(room.enter(60))
  t.equal(room.enter(1), undefined)
})

t.test('one that is larger than the room is let in alone', async t => {
  const room = createBodyMemory(100)
  const leave = room.enter(500)
  t.ok(leave)
  t.equal(room.enter(1), undefined)
  leave?.()
  t.ok(room.enter(1))
  t.equal(room.enter(500), undefined)
})
