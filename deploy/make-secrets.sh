#!/usr/bin/env bash
# Makes the secrets of compose.yaml in deploy/secrets, once: what is there stays as it is.
set -euo pipefail
cd "$(dirname "$0")"
mkdir -p secrets
# Other accounts are kept out by the folder; the files must be readable for the accounts inside the containers.
chmod 0700 secrets

keep () { [ -s "secrets/$1" ] || { cat > "secrets/$1"; chmod 0444 "secrets/$1"; echo "made secrets/$1"; }; }
random () { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

random | keep postgres_password
random | keep bootstrap_api_key
random | keep files_signing_key
printf 'requirepass %s\n' "$(random)" | keep redis_conf
printf 'postgresql://lienthong:%s@postgres:5432/lienthong\n' "$(cat secrets/postgres_password)" | keep database_url
printf 'redis://:%s@redis:6379/0\n' "$(sed -n 's/^requirepass //p' secrets/redis_conf)" | keep redis_url
if [ ! -e secrets/national_portal_password ]; then
  : > secrets/national_portal_password
  chmod 0644 secrets/national_portal_password
  echo 'made secrets/national_portal_password, empty: write the password given by the portal into it'
fi
