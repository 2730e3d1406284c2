/**
 * `npm run demo`: sandbox and gateway in processes of their own, real-looking dossiers pushed into a portal that
 * misbehaves, and a comparison of what arrived with what should have. Exit code 0 only when nothing is lost, doubled,
 * out of order or different.
 */
import { createClock, type Clock } from './clock.js'
import { compare, deliveryKey, type Comparison } from './compare.js'
import { untilSettled } from './deliveries.js'
import { causeOf, createEnding } from './ending.js'
import { faultHits, scriptFaults } from './faults.js'
import { firstPushes, readFixtures, type Fixtures } from './fixtures.js'
import { readGolden } from './golden-files.js'
import { historiesOf } from './history.js'
import { createApi, type Api } from './http.js'
import { readOptions } from './options.js'
import { readPortal } from './portal.js'
import { openStage, type Stage } from './processes.js'
import { pushAll, pushRejected } from './push.js'
import { readRefusals } from './refusals.js'
import { reportLines, type Report } from './report.js'
import { addresses, AFTER_ONCE, untilAsked } from './stay.js'
import { isClean, summarise, unexpectedAnswers, unexpectedBlocks, unexpectedFindings, type Run } from './summary.js'
import { allTables } from './tables.js'
import { importTables, unblock } from './unblocking.js'
import { createVoice, type Voice } from './voice.js'

/** Updates come while the rest still waits: some find their dossier at the portal, some replace a waiting state. */
const SHARE_BEFORE_UPDATES = 0.8

async function main (): Promise<number> {
  const options = readOptions(process.argv.slice(2))
  const voice = createVoice(options.json ? process.stderr : process.stdout)
  const ending = createEnding()
  voice.line('Khởi động cơ sở dữ liệu, sandbox và gateway … · starting database, sandbox and gateway …')
  const stage = await openStage({ port: options.port, signal: ending.signal, lost: ending.end })
  try {
    const report = await perform(stage, { voice, signal: ending.signal })
    for (const text of reportLines(report)) voice.line(text)
    if (options.json) process.stdout.write(`${JSON.stringify(report.summary)}\n`)
    if (!options.once) ending.relax()
    voice.line((options.once ? AFTER_ONCE : await addresses(stage, ending.signal)).join('\n'))
    if (!options.once) await untilAsked(ending)
    return isClean(report.summary) ? 0 : 1
  } catch (error) {
    throw await causeOf(error, ending.signal)
  } finally {
    voice.line('Đang dừng … · stopping …')
    await stage.stop()
  }
}

interface Performing {
  voice: Voice
  signal: AbortSignal
}

async function perform (stage: Stage, { voice, signal }: Performing): Promise<Report> {
  const sandbox = createApi(stage.sandboxUrl, { signal })
  const gateway = createApi(stage.gatewayUrl, { key: stage.key, signal })
  try {
    return await play({ sandbox, gateway, voice, signal })
  } finally {
    await Promise.all([sandbox.close(), gateway.close()])
  }
}

interface Scene extends Performing {
  sandbox: Api
  gateway: Api
}

async function play (scene: Scene): Promise<Report> {
  const { sandbox, gateway } = scene
  const clock = createClock()
  clock.lap('khởi động', 'start')
  const fixtures = readFixtures()
  await scriptFaults(sandbox)
  const played = await deliver(scene, fixtures, clock)
  const comparison = await judge(scene, played)
  clock.lap('đối chiếu', 'compare')
  const run = { ...played, comparison }
  const summary = summarise(run, performance.now() / 1000)
  return { ...run, summary, phases: clock.phases, faults: await faultHits(sandbox), refusals: await readRefusals(gateway, played.deliveries) }
}

type Played = Omit<Run, 'comparison'>

async function deliver ({ gateway, voice, signal }: Scene, fixtures: Fixtures, clock: Clock): Promise<Played> {
  await importTables(gateway, 'start')
  voice.line(`Gửi ${fixtures.dossiers.length} hồ sơ mới, ${fixtures.rejected.length} hồ sơ sai … · pushing new dossiers and bad ones …`)
  const rejected = await pushRejected(gateway, fixtures.rejected)
  const first = await pushAll(gateway, firstPushes(fixtures))
  clock.lap('tiếp nhận', 'push')
  await untilSettled(gateway, { signal, show: voice.bar, share: SHARE_BEFORE_UPDATES })
  clock.lap('gửi lên Cổng', 'deliver')
  voice.line(`Gửi ${fixtures.updates.length} cập nhật … · pushing updates …`)
  const pushed = [...first, ...await pushAll(gateway, fixtures.updates)]
  clock.lap('tiếp nhận', 'push')
  await untilSettled(gateway, { signal, show: voice.bar, share: 1 })
  clock.lap('gửi lên Cổng', 'deliver')
  voice.line('Bổ sung bảng mã, gửi lại những gì bị chặn … · completing the code tables, redriving what they blocked …')
  const unblocking = await unblock(gateway)
  const deliveries = await untilSettled(gateway, { signal, show: voice.bar, share: 1 })
  clock.lap('gửi lên Cổng', 'deliver')
  return { pushed, rejected, deliveries, unblocking }
}

async function judge ({ sandbox, gateway }: Scene, { pushed, rejected, deliveries, unblocking }: Played): Promise<Comparison> {
  const golden = readGolden()
  const comparison = compare({
    histories: historiesOf(pushed),
    portal: await readPortal(sandbox, gateway),
    golden,
    tables: allTables(),
    states: new Map(deliveries.map(({ dossierCode, revision, state }) => [deliveryKey(dossierCode, revision), state])),
    refusals: new Set([...golden.values()].filter(({ dossier }) => dossier === null).map(({ code }) => code))
  })
  return { ...comparison, differences: [...comparison.differences, ...unexpectedAnswers(pushed, rejected), ...unexpectedFindings(pushed, golden), ...unexpectedBlocks(unblocking, golden)] }
}

main().then(
  code => { process.exit(code) },
  (error: unknown) => {
    process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  }
)
