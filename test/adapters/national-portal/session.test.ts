import t from 'tap'
import {
  context, dossierCall, isLogin, obliging, portal, progressCall, type Answer, type Portal, type Seen
} from './support.js'

const EXPIRED: Answer = { body: { error_code: -1, message: 'Phiên làm việc đã hết hạn' } }
const UNEXPLAINED: Answer = { body: { error_code: -1, message: 'Có lỗi xảy ra' } }

/** Takes only the newest session, or only those in `valid`. */
function strict (answerOfOld: Answer, valid: (seen: Seen, portal: Portal) => boolean) {
  return (seen: Seen, portal: Portal): Answer => isLogin(seen) || valid(seen, portal) ? obliging(seen, portal) : answerOfOld
}

t.test('twenty parallel calls share one login', async t => {
  const { client, logins, writes } = await portal(t, async (seen, portal) => {
    if (isLogin(seen)) await new Promise(resolve => setTimeout(resolve, 50))
    return obliging(seen, portal)
  })
  const outcomes = await Promise.all(Array.from({ length: 20 }, async () => await client.send(dossierCall, context())))
  t.ok(outcomes.every(outcome => outcome.verdict === 'done'))
  t.equal(logins(), 1)
  t.equal(writes().length, 20)
})

t.test('the login carries user and password, and each call the session', async t => {
  const { client, seen } = await portal(t, obliging)
  await client.send(dossierCall, context())
  t.strictSame(seen[0]?.body, { username: '000.00.00.H15', password: 'mat-khau-thu' })
  t.strictSame(seen[1]?.body, { session: 's1', madonvi: '000.00.00.H15', service: 'DongBoHoSoMC', isUpdating: 'False', data: dossierCall.message })
})

t.test('a session is used until its age and then renewed', async t => {
  let clock = 1000
  const { client, logins } = await portal(t, obliging, { now: () => clock })
  await client.send(dossierCall, context())
  clock += 539_000
  await client.send(dossierCall, context())
  t.equal(logins(), 1)
  clock += 1000
  await client.send(dossierCall, context())
  t.equal(logins(), 2)
})

t.test('an expired session is renewed once and the call repeated', async t => {
  const { client, logins, writes } = await portal(t, strict(EXPIRED, seen => seen.body.session === 's2' || seen.body.data === undefined))
  const outcome = await client.send(dossierCall, context())
  t.equal(outcome.verdict, 'done')
  t.equal(logins(), 2)
  t.strictSame(writes().map(seen => seen.body.session), ['s1', 's2'])
})

t.test('a session that is not taken even when new is not the dossier\'s fault', async t => {
  const { client, logins, writes } = await portal(t, strict(EXPIRED, () => false))
  t.match(await client.send(dossierCall, context()), { verdict: 'transient', code: 'session-not-accepted' })
  t.equal(logins(), 2)
  t.equal(writes().length, 2)
})

t.test('an unexplained refusal of an older session is tried once with a new one', async t => {
  let old = false
  const { client, logins } = await portal(t, strict(UNEXPLAINED, seen => !old || seen.body.session !== 's1'))
  await client.send(dossierCall, context())
  old = true
  t.match(await client.send(dossierCall, context()), { verdict: 'done' })
  t.equal(logins(), 2)
})

t.test('an unexplained refusal that stays is a refusal', async t => {
  let refuse = false
  const { client, logins, writes } = await portal(t, strict(UNEXPLAINED, () => !refuse))
  await client.send(dossierCall, context())
  refuse = true
  t.match(await client.send(dossierCall, context()), { verdict: 'refused', code: 'portal-refused', words: 'Có lỗi xảy ra' })
  t.equal(logins(), 2)
  t.equal(writes().length, 3)
})

t.test('an unexplained refusal of a session issued for this call is believed', async t => {
  const { client, logins, writes } = await portal(t, strict(UNEXPLAINED, () => false))
  t.match(await client.send(dossierCall, context()), { verdict: 'refused' })
  t.equal(logins(), 1)
  t.equal(writes().length, 1)
})

t.test('a refusal that names its reason costs no login', async t => {
  let refuse = false
  const { client, logins } = await portal(t, strict({ body: { error_code: 3, message: 'Mã thủ tục không tồn tại' } }, () => !refuse))
  await client.send(dossierCall, context())
  refuse = true
  t.match(await client.send(dossierCall, context()), { verdict: 'refused', code: 'unknown-procedure' })
  t.equal(logins(), 1)
})

t.test('steps of which some may have been taken are not repeated for the sake of the session', async t => {
  let refuse = false
  const { client, writes } = await portal(t, strict({ body: { error_code: -3, message: 'Có lỗi xảy ra' } }, () => !refuse))
  await client.send(progressCall, context('update'))
  refuse = true
  t.match(await client.send(progressCall, context('update')), { verdict: 'refused', code: 'partly-refused' })
  t.equal(writes().length, 2)
})

t.test('twenty calls that meet an expired session share one new login', async t => {
  let expired = false
  const { client, logins } = await portal(t, strict(EXPIRED, seen => !expired || seen.body.session !== 's1'))
  await client.send(dossierCall, context())
  expired = true
  const outcomes = await Promise.all(Array.from({ length: 20 }, async () => await client.send(dossierCall, context())))
  t.ok(outcomes.every(outcome => outcome.verdict === 'done'))
  t.equal(logins(), 2)
})

t.test('a call that finds the session renewed by another uses that one', async t => {
  let slow = (): void => {}
  const waiting = new Promise<void>(resolve => { slow = resolve })
  const { client, logins, writes } = await portal(t, async (seen, portal) => {
    if (isLogin(seen) || seen.body.session === 's2') return obliging(seen, portal)
    if (portal.writes().length === 1) await waiting
    return EXPIRED
  })
  const first = client.send(dossierCall, context())
  while (writes().length === 0) await new Promise(resolve => setTimeout(resolve, 5))
  t.equal((await client.send(dossierCall, context())).verdict, 'done')
  slow()
  t.equal((await first).verdict, 'done')
  t.equal(logins(), 2)
})

t.test('a refused login is not hammered: for 30 seconds every call fails at once', async t => {
  let clock = 1000
  const { client, logins, writes } = await portal(t, () => ({ body: { error_code: 1, message: 'Sai mật khẩu' } }), { now: () => clock })
  const refused = { verdict: 'transient', code: 'login-refused', rule: 'login.login-refused', words: 'Sai mật khẩu' }
  t.match(await client.send(dossierCall, context()), refused)
  clock += 29_999
  t.match(await client.send(dossierCall, context()), refused)
  t.match(await client.test(new AbortController().signal), refused)
  t.equal(logins(), 1)
  clock += 1
  t.match(await client.send(dossierCall, context()), refused)
  t.equal(logins(), 2)
  t.equal(writes().length, 0)
})

t.test('a login refused while renewing is no refusal of the dossier', async t => {
  const { client } = await portal(t, (seen, portal) => {
    if (isLogin(seen) && portal.logins() > 1) return { body: { error_code: 1, message: 'Tài khoản bị khóa' } }
    return isLogin(seen) ? obliging(seen, portal) : EXPIRED
  })
  t.match(await client.send(dossierCall, context()), { verdict: 'transient', code: 'login-refused' })
})

t.test('a portal that is down for logins may be asked again at once', async t => {
  let down = true
  const { client, logins } = await portal(t, (seen, portal) => down ? { status: 503, body: '' } : obliging(seen, portal))
  t.match(await client.send(dossierCall, context()), { verdict: 'transient', code: 'http-503', rule: 'login.http.503' })
  down = false
  t.match(await client.send(dossierCall, context()), { verdict: 'done' })
  t.equal(logins(), 2)
})

t.test('a login that is cut off is transient, for nothing of the dossier had left', async t => {
  let sent = 0
  const { client } = await portal(t, () => null)
  const outcome = await client.send(dossierCall, { ...context(), sending: async () => { sent++ } })
  t.match(outcome, { verdict: 'transient', rule: /^login\./ })
  t.equal(sent, 0)
})

t.test('a caller that gives up leaves the shared login to the others', async t => {
  const { client, logins } = await portal(t, async (seen, portal) => {
    if (isLogin(seen)) await new Promise(resolve => setTimeout(resolve, 100))
    return obliging(seen, portal)
  })
  const impatient = new AbortController()
  const late = AbortSignal.timeout(20)
  const given = client.send(dossierCall, context('create', impatient.signal))
  const timed = client.send(dossierCall, context('create', late))
  const patient = client.send(dossierCall, context())
  impatient.abort()
  t.match(await given, { verdict: 'transient', code: 'interrupted' })
  t.match(await timed, { verdict: 'transient', code: 'connect-timed-out' })
  t.match(await patient, { verdict: 'done' })
  t.match(await client.send(dossierCall, context('create', AbortSignal.abort())).catch(error => error), { code: 'ABORTED' })
  t.equal(logins(), 1)
})

t.test('a defect during a login is not taken for an outage', async t => {
  const { client, seen } = await portal(t, obliging, { settings: { PASSWORD: 1 } })
  await t.rejects(client.send(dossierCall, context()), { message: 'setting PASSWORD is no text' })
  t.equal(seen.length, 0)
})
