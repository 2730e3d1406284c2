# Sourced by `run`: real servers for the second run of the tests. Those of the machine are used where they answer, at
# their usual ports and without a password; else private ones are started, which `sweep` stops.

CI_DATABASE_URL=postgresql://postgres@127.0.0.1:5432/postgres
CI_REDIS_URL=redis://127.0.0.1:6379
SERVERS=

start_servers () {
  if answers_postgres "$CI_DATABASE_URL"; then SERVERS='PostgreSQL of the machine'; else start_postgres || return 1; fi
  if answers_redis 6379; then SERVERS="$SERVERS, Redis of the machine"; else start_redis || return 1; fi
}

answers_postgres () {
  timeout 10 node -e '
    const { Client } = require("pg")
    const client = new Client({ connectionString: process.argv[1], connectionTimeoutMillis: 5000 })
    client.on("error", () => {})
    client.connect().then(() => client.query("select 1")).then(() => process.exit(0), () => process.exit(1))
  ' "$1" > /dev/null 2>&1
}

answers_redis () {
  timeout 5 bash -c 'exec 3<> "/dev/tcp/127.0.0.1/$0" && printf "PING\r\n" >&3 && head -c 5 <&3 | grep -q +PONG' "$1" 2> /dev/null
}

start_redis () {
  command -v redis-server > /dev/null || { echo 'no Redis answers at 127.0.0.1:6379 and redis-server is not installed'; return 1; }
  local port
  port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
  setsid redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no --dir "$TMPDIR" > "$TMPDIR/redis.log" 2>&1 < /dev/null &
  SESSIONS+=($!)
  for _ in $(seq 50); do
    if answers_redis "$port"; then CI_REDIS_URL=redis://127.0.0.1:$port; SERVERS="$SERVERS, a private Redis"; return 0; fi
    sleep 0.2
  done
  tail -n 5 "$TMPDIR/redis.log"
  return 1
}

start_postgres () {
  setsid node .ci/postgres.js "$TMPDIR/ci-database" > "$TMPDIR/postgres.log" 2>&1 < /dev/null &
  SESSIONS+=($!)
  for _ in $(seq 300); do
    if grep -q '^postgresql://' "$TMPDIR/postgres.log"; then
      CI_DATABASE_URL=$(grep -m 1 '^postgresql://' "$TMPDIR/postgres.log")
      SERVERS='a private PostgreSQL'
      return 0
    fi
    kill -0 $! 2> /dev/null || break
    sleep 0.2
  done
  tail -n 5 "$TMPDIR/postgres.log"
  return 1
}
