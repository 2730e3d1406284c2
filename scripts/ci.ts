// Every check, as the CI runs them (`.ci/run`, which installs and builds first). The last line is `N passed, N failed`; the
// exit code is 0 only where nothing failed. Nothing is left running, and no step can hang.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { sweep, run } from './ci/processes.js'
import { missingPackages, startServers } from './ci/servers.js'
import { check, failed, summarised, tests, type Context } from './ci/steps.js'
import { storeSet } from './ci/store-set.js'
import { exitCode, lastLine } from './ci/tally.js'
import { cleanEnvironment, makeWorkspace } from './ci/workspace.js'

const TESTS_SECONDS = 2100
const NEWER = 'node@24'

async function installServers (context: Context): Promise<void> {
  const packages = missingPackages()
  if (packages.length === 0 || process.getuid?.() !== 0) return
  const install = `apt-get install -y -q ${packages.join(' ')}`
  const { code } = await run(['sh', '-c', `${install} || { apt-get update -q && ${install}; }`], { seconds: 300, signal: context.signal })
  // Their tests are skipped then, which fails the run below.
  if (code !== 0) context.tell(`could not be installed: ${packages.join(', ')}`)
}

async function checkSources (context: Context): Promise<void> {
  await check(context, { name: 'lint', seconds: 300, command: ['npm', 'run', '--silent', 'lint'] })
  for (const [name, script] of [['generated types are', 'schema-types'], ['.env.example is', 'env-example'], ['docs/findings.md is', 'findings-doc']] as const) {
    await check(context, { name: `${name} not stale`, seconds: 60, command: ['node', `dist/scripts/${script}.js`, '--check'] })
  }
}

/** Both backends of the queue are tested in both runs; what reaches no server of the run would only be repeated. */
async function runTests (context: Context): Promise<void> {
  await tests(context, { name: 'tests, embedded PostgreSQL', seconds: TESTS_SECONDS, command: ['node', 'dist/test/run.js'], mayNotSkip: /redis/i })
  const files = storeSet('dist/test')
  try {
    const { title, databaseUrl, redisUrl } = await startServers(context.folder)
    const environment = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl }
    await tests(context, { name: `the ${files.length} files that touch a store, ${title}`, seconds: TESTS_SECONDS, command: ['node', 'dist/test/run.js', ...files], environment, mayNotSkip: /redis|database_url/i })
  } catch (error) {
    failed(context, `tests with servers: none could be started: ${(error as Error).message}`)
  } finally {
    await sweep(context.folder)
  }
}

async function runProduct (context: Context): Promise<void> {
  await summarised(context, { name: 'demo --once --json', seconds: 300, command: ['npm', 'run', '--silent', 'demo', '--', '--once', '--json'] })
  await summarised(context, { name: 'faults --short --json', seconds: 600, command: ['npm', 'run', '--silent', 'faults', '--', '--short', '--json'] })
}

/** Of the next Node, all anew: a registry that does not give it is a failure, not a skip. */
async function runNewerNode (context: Context): Promise<void> {
  const withNewer = (command: string): string[] => ['npx', '-y', '-p', NEWER, '-c', command]
  await check(context, { name: `build on ${NEWER}`, seconds: 300, command: withNewer('node -e "process.exit(process.versions.node.startsWith(\'24.\') ? 0 : 1)" && rm -f dist/.tsbuildinfo && npm run --silent build') })
  await summarised(context, { name: `demo on ${NEWER}`, seconds: 300, command: withNewer('node dist/demo/run.js --once --json') })
}

function open (signal: AbortSignal): Context {
  process.umask(0o022)
  const folder = makeWorkspace()
  return {
    root: process.cwd(),
    folder,
    environment: cleanEnvironment(process.env, folder),
    // `.ci/run` has installed and built, or we would not be here.
    tally: { passed: 2, failed: 0 },
    tell: line => { process.stdout.write(`${line}\n`) },
    signal
  }
}

const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => { stopping.abort() })

const context = open(stopping.signal)
const npm = spawnSync('npm', ['--version'], { encoding: 'utf8' }).stdout.trim()
context.tell(`node ${process.version}, npm ${npm}, ${availableParallelism()} cores, ${new Date().toISOString()}`)
try {
  for (const part of [installServers, checkSources, runTests, runProduct, runNewerNode]) if (!stopping.signal.aborted) await part(context)
  if (stopping.signal.aborted) failed(context, 'interrupted')
} catch (error) {
  failed(context, `the run itself: ${String((error as Error).stack)}`)
} finally {
  await sweep(context.folder)
  rmSync(context.folder, { recursive: true, force: true })
}
context.tell(lastLine(context.tally))
process.exit(exitCode(context.tally))
