// Which tests the second run repeats on other servers.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { importsOf, storeSet } from '../../scripts/ci/store-set.js'
import { DIST } from '../support/places.js'

t.test('a test is in the set by what it imports, however indirectly', async t => {
  const folder = t.testdir({
    support: {
      'database.js': '',
      'gateway.js': "import { createMigrated } from './database.js'\nexport const until = 1, startGateway = 2\n",
      'stand.js': "import { startGateway } from './gateway.js'\n",
      'waiting.js': "import { until } from './gateway.js'\n",
      'circle.js': "import './waiting.js'\nimport '../here/circle.test.js'\n"
    },
    here: {
      'direct.test.js': "import t from 'tap'\nimport { createMigrated } from '../support/database.js'\n",
      'renamed.test.js': "import { KEY, startGateway as start } from '../support/gateway.js'\n",
      'namespace.test.js': "import * as gateway from '../support/gateway.js'\n",
      'dynamic.test.js': "const { startGateway } = await import('../support/gateway.js')\n",
      'indirect.test.js': "import { stand } from '../support/stand.js'\n",
      'several-lines.test.js': "import {\n  KEY,\n  startGateway\n} from '../support/gateway.js'\n",
      'variable.test.js': "const skip = process.env['DATABASE_URL'] === undefined\n",
      'other-name.test.js': "import { until } from '../support/gateway.js'\n",
      'circle.test.js': "import '../support/circle.js'\n",
      'none.test.js': "import { open } from '../../src/db/open.js'\n",
      'helper.js': "import { createMigrated } from '../support/database.js'\n"
    }
  })
  t.strictSame(storeSet(folder), ['direct', 'dynamic', 'indirect', 'namespace', 'renamed', 'several-lines', 'variable'].map(name => `here/${name}.test.js`))
})

t.test('imports are read with their names; packages are none', async t => {
  t.strictSame(importsOf('a/b.test.js', "import t from 'tap'\nimport '../c.js'\nimport d, { e as f, g } from './d.js'\nexport { h } from './h.js'\n"), [
    { module: 'c.js', names: [] }, { module: 'a/d.js', names: ['e', 'g'] }, { module: 'a/h.js', names: ['h'] }
  ])
})

t.test('of this project\'s tests those that make databases are in it, those of text and of servers of their own are not', async t => {
  const set = storeSet(join(DIST, 'test'))
  for (const file of ['db/migrate.test.js', 'queue/suite.test.js', 'e2e/restart.test.js', 'http/dossiers/store-away.test.js', 'base/deadline.test.js']) t.ok(set.includes(file), file)
  for (const file of ['model/text.test.js', 'db/embedded.test.js', 'sandbox/server.test.js', 'adapter-kit/http.test.js']) {
    t.ok(existsSync(join(DIST, 'test', file)), `${file} is there`)
    t.notOk(set.includes(file), file)
  }
})
