import t from 'tap'
import { isInside, parseNetworks } from '../../src/base/addresses.js'

function inside (networks: string[], address: string): boolean | undefined {
  const parsed = parseNetworks(networks)
  return parsed === undefined ? undefined : isInside(parsed, address)
}

t.test('networks and single addresses of both families', async t => {
  const networks = ['10.20.0.0/16', '192.0.2.7', '2001:db8::/32', '::1']
  const told = ['10.20.255.255', '10.21.0.0', '192.0.2.7', '192.0.2.8', '2001:db8:1::1', '2001:db9::1', '::1', '::2'].map(address => inside(networks, address))
  t.strictSame(told, [true, false, true, false, true, false, true, false])
})

t.test('an address of the old family in the new one\'s clothes is the same address', async t => {
  t.equal(inside(['10.20.0.0/16'], '::ffff:10.20.1.1'), true)
  t.equal(inside(['10.20.0.0/16'], '::FFFF:10.21.1.1'), false)
})

t.test('/0 is everybody of its family, and an empty list is nobody', async t => {
  t.strictSame([inside(['0.0.0.0/0'], '203.0.113.9'), inside(['0.0.0.0/0'], '2001:db8::1'), inside([], '203.0.113.9')], [true, false, false])
})

t.test('what is no network is none, and what is no address is nowhere', async t => {
  for (const bad of ['10.0.0', '10.0.0.0/33', '10.0.0.0/', '::/129', 'dvcqg.example.vn', '10.0.0.0/8/8', '10.0.0.0/-1', '']) t.equal(parseNetworks([bad]), undefined, bad)
  for (const bad of ['', 'unknown', '10.0.0.1:443', '10.0.0.01']) t.equal(inside(['0.0.0.0/0'], bad), false, bad)
})
