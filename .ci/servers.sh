# Sourced by `run`: real servers for the second run of the tests. Private ones of the machine's programs, which `sweep`
# stops; where those are missing the servers that answer at the usual ports without a password, else what the packages carry.

CI_DATABASE_URL=postgresql://postgres@127.0.0.1:5432/postgres
CI_REDIS_URL=redis://127.0.0.1:6379
SERVERS=

start_servers () {
  if start_cluster; then :
  elif answers_postgres "$CI_DATABASE_URL"; then SERVERS='PostgreSQL of the machine'
  else start_postgres || return 1; fi
  if start_redis; then SERVERS="$SERVERS, a private Redis"
  elif answers_redis 6379; then SERVERS="$SERVERS, Redis of the machine"
  else return 1; fi
}

free_port () {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })'
}

# A cluster of the machine's PostgreSQL, mostly another version than that of the packages. Nothing in it must survive a
# power cut, and each of the many databases would cost a checkpoint on the disk.
start_cluster () {
  local bin as=() folder=$TMPDIR/cluster port
  bin=$(ls -d /usr/lib/postgresql/*/bin 2> /dev/null | sort -V | tail -n 1)
  [ -x "$bin/initdb" ] && [ -x "$bin/postgres" ] || return 1
  mkdir -m 0700 "$folder" || return 1
  if [ "$(id -u)" -eq 0 ]; then
    # It refuses root.
    as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
    chown postgres:postgres "$folder" && "${as[@]}" true || return 1
  fi
  (cd "$folder" && "${as[@]}" "$bin/initdb" -D "$folder/data" -U postgres --auth=trust -E UTF8 --locale=C.UTF-8 --no-sync) > "$TMPDIR/cluster.log" 2>&1 || { tail -n 5 "$TMPDIR/cluster.log"; return 1; }
  port=$(free_port)
  setsid "${as[@]}" "$bin/postgres" -D "$folder/data" -c port="$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
    -c fsync=off -c full_page_writes=off -c max_connections=200 -c max_wal_size=256MB >> "$TMPDIR/cluster.log" 2>&1 < /dev/null &
  SESSIONS+=($!)
  for _ in $(seq 100); do
    if answers_postgres "postgresql://postgres@127.0.0.1:$port/postgres"; then
      CI_DATABASE_URL=postgresql://postgres@127.0.0.1:$port/postgres
      SERVERS="a private $("$bin/postgres" --version | sed -E 's/.*\) ([0-9.]+).*/PostgreSQL \1/')"
      return 0
    fi
    sleep 0.2
  done
  tail -n 5 "$TMPDIR/cluster.log"
  return 1
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
  command -v redis-server > /dev/null || { echo 'redis-server is not installed'; return 1; }
  local port
  port=$(free_port)
  setsid redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no --dir "$TMPDIR" > "$TMPDIR/redis.log" 2>&1 < /dev/null &
  SESSIONS+=($!)
  for _ in $(seq 50); do
    if answers_redis "$port"; then CI_REDIS_URL=redis://127.0.0.1:$port; return 0; fi
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
