// Signed links: only what was signed, with a key that counts, until it expires.
import t from 'tap'
import { createLinks, type LinkClaim } from '../../src/files/links.js'

const ID = '0f8fad5b-d9cb-469f-a165-70867728950e'
const OTHER = '7c9e6679-7425-40de-944b-e07fc1f90ae7'
const NOW = new Date('2026-11-04T03:00:00Z')
const DAY = 86_400_000
const [OLD, NEW] = ['old-key-old-key-old-key-old-key-1', 'new-key-new-key-new-key-new-key-2']
const links = (...signingKeys: string[]) => createLinks({ publicUrl: 'https://gw.example.vn/lt', signingKeys, days: 30 })
const later = (ms: number): Date => new Date(NOW.getTime() + ms)

function claimOf (link: string | undefined): LinkClaim {
  const url = new URL(String(link))
  return { id: url.pathname.replace('/lt/files/', ''), expires: url.searchParams.get('expires'), signature: url.searchParams.get('signature') }
}

t.test('a link opens its file for the days of the setting and not much longer', t => {
  const { from, verify } = links(OLD)
  const claim = claimOf(from(NOW)(ID))
  t.equal(claim.id, ID)
  t.ok(verify(claim, NOW))
  t.ok(verify(claim, later(30 * DAY)))
  t.notOk(verify(claim, later(31 * DAY)))
  t.end()
})

t.test('whatever of it is changed, it opens nothing', t => {
  const { from, verify } = links(OLD)
  const claim = claimOf(from(NOW)(ID))
  const signature = String(claim.signature)
  const changed: Array<Partial<LinkClaim>> = [
    { id: OTHER }, { expires: String(Number(claim.expires) + 1) }, { expires: `0${String(claim.expires)}` }, { expires: undefined }, { expires: ['1', '2'] },
    { expires: '9'.repeat(12) }, { signature: undefined }, { signature: '' }, { signature: '.' }, { signature: signature.slice(0, -1) }, { signature: `${signature}A` },
    { signature: signature.split('.')[1] }, { signature: `00000000.${String(signature.split('.')[1])}` }, { signature: [signature] }
  ]
  for (const change of changed) t.equal(verify({ ...claim, ...change }, NOW), undefined, JSON.stringify(change))
  t.end()
})

t.test('rotation: the new key signs, links of the old one stay until it is taken out', t => {
  const before = claimOf(links(OLD).from(NOW)(ID))
  const both = links(NEW, OLD)
  t.ok(both.verify(before, NOW))
  const after = claimOf(both.from(NOW)(ID))
  t.not(String(after.signature).split('.')[0], String(before.signature).split('.')[0])
  t.ok(links(NEW).verify(after, NOW))
  t.equal(links(NEW).verify(before, NOW), undefined)
  t.end()
})

t.test('pitfall 40: every link of one day is the same', t => {
  const { from } = links(OLD)
  t.equal(from(NOW)(ID), from(later(60_000))(ID))
  t.not(from(NOW)(ID), from(later(DAY))(ID))
  t.end()
})

t.test('without a key or an address there is no link, and without a key none is right', t => {
  for (const settings of [{ publicUrl: undefined, signingKeys: [OLD] }, { publicUrl: 'https://gw.example.vn', signingKeys: [] }]) {
    const { from, shown } = createLinks({ ...settings, days: 30 })
    t.strictSame([from(NOW)(ID), shown(ID)], [undefined, undefined])
  }
  t.equal(links().verify(claimOf(links(OLD).from(NOW)(ID)), NOW), undefined)
  t.end()
})

t.test('what is shown is no link that opens anything', t => {
  t.equal(links(OLD).shown(ID), `https://gw.example.vn/lt/files/${ID}?expires=***&signature=***`)
  t.end()
})
