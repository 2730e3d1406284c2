// The address of Redis in REDIS_URL.
import t from 'tap'
import { readRedisAddress } from '../../src/config/redis-address.js'

t.test('one server stays as it is written, for the client to read', async t => {
  for (const url of ['redis://h', 'redis://h:6379/3', 'rediss://user:p%40ss@h:6380', 'redis://:secret@[::1]:6379', 'redis://h?family=6']) {
    t.strictSame(readRedisAddress(url), { address: { kind: 'single', url } })
  }
})

t.test('Sentinels: their addresses, the master\'s name, database, logins and TLS', async t => {
  t.strictSame(readRedisAddress('redis+sentinel://a:26380,b,10.0.0.3/mymaster'), {
    address: {
      kind: 'sentinel',
      nodes: [{ host: 'a', port: 26380 }, { host: 'b', port: 26379 }, { host: '10.0.0.3', port: 26379 }],
      tls: false,
      name: 'mymaster',
      db: 0,
      sentinel: {}
    }
  })
  t.strictSame(readRedisAddress('rediss+sentinel://worker:p%40%3Ass@[fd00::1]:26379/queue-1.main/2?sentinel-user=s&sentinel-password=%2B1'), {
    address: {
      kind: 'sentinel',
      nodes: [{ host: 'fd00::1', port: 26379 }],
      tls: true,
      username: 'worker',
      password: 'p@:ss',
      name: 'queue-1.main',
      db: 2,
      sentinel: { username: 's', password: '+1' }
    }
  })
})

t.test('a Cluster: some of its nodes, login and TLS', async t => {
  t.strictSame(readRedisAddress('redis+cluster://a:7001,b:7002'), { address: { kind: 'cluster', nodes: [{ host: 'a', port: 7001 }, { host: 'b', port: 7002 }], tls: false } })
  t.strictSame(readRedisAddress('rediss+cluster://:secret@a'), { address: { kind: 'cluster', nodes: [{ host: 'a', port: 6379 }], tls: true, password: 'secret' } })
  t.match(readRedisAddress('redis+cluster://a/0'), { address: { kind: 'cluster' } })
})

t.test('what is wrong is said without a word of the address', async t => {
  const problems = {
    'http://secret': /redis:\/\//,
    'secret:6379': /redis:\/\//,
    'redis://': /redis:\/\//,
    'redis://:sec/ret@h': /percent-encode/,
    'redis://h:secret': /percent-encode/,
    'redis+secret://h': /redis\+sentinel/,
    'redis+sentinel://h:26379': /master's name/,
    'redis+sentinel://h/secret/x': /master's name/,
    'redis+sentinel://h/my master': /master's name/,
    'redis+sentinel://h/m?secret=1': /sentinel-password/,
    'redis+sentinel:///m': /list host:port/,
    'redis+sentinel://a,,b/m': /list host:port/,
    'redis+sentinel://a:secret/m': /list host:port/,
    'redis+cluster://a:70000': /list host:port/,
    'redis+cluster://a:0': /list host:port/,
    'redis+cluster://a:7001/1': /one database/,
    'redis+cluster://a?x=secret': /one database/,
    'redis+cluster://u:%E0%A4%A@a': /percent-encode/
  }
  for (const [text, expected] of Object.entries(problems)) {
    const read = readRedisAddress(text)
    t.match(read, { problem: expected }, text)
    t.notMatch(JSON.stringify(read), /secret|ret@|%E0/)
  }
})
