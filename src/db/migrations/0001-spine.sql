-- The spine: who may call, what was pushed, what is planned, what was tried, and the log of all of it.
-- Words are those of docs/words.md. Times are instants; they are shown in +07:00.

create table client_keys (
  id           bigint generated always as identity primary key,
  client_id    text not null check (client_id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  -- SHA-256 of the whole key. Keys carry 256 random bits, so a slow hash would protect nothing and cost every call.
  key_hash     bytea not null unique check (octet_length(key_hash) = 32),
  scopes       text[] not null,
  created_at   timestamptz not null default now(),
  revoked_at   timestamptz,
  last_used_at timestamptz
);
create index client_keys_client on client_keys (client_id);

-- One row per accepted request that carried an Idempotency-Key, written by the transaction that did the work.
create table idempotency_keys (
  client_id  text not null,
  route      text not null,
  key        text not null,
  body_hash  bytea not null,
  status     smallint,
  -- json and not jsonb: a replayed answer has its members in the order of the first one.
  response   json,
  created_at timestamptz not null default now(),
  primary key (client_id, route, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);

create table dossiers (
  id             bigint generated always as identity primary key,
  code           text not null unique,
  client_id      text not null,
  agency_code    text not null,
  procedure_code text not null,
  revision       integer not null,
  source_version bigint,
  content_hash   bytea not null,
  due_at         timestamptz,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now()
);

create table revisions (
  dossier_id     bigint not null references dossiers,
  revision       integer not null check (revision > 0),
  -- The canonical dossier without its steps.
  content        jsonb not null,
  -- Of the content without volatile URL parameters: equal hashes are the same dossier (design §2.11).
  content_hash   bytea not null,
  source_version bigint,
  client_id      text not null,
  -- Newest time of an event the revision reports: where its lateness is measured from (design §2.15).
  event_at       timestamptz not null,
  accepted_at    timestamptz not null default now(),
  primary key (dossier_id, revision)
);

create table progress_steps (
  id           bigint generated always as identity primary key,
  dossier_id   bigint not null,
  step_id      text not null,
  revision     integer not null,
  occurred_at  timestamptz not null,
  content      jsonb not null,
  content_hash bytea not null,
  unique (dossier_id, step_id),
  foreign key (dossier_id, revision) references revisions
);

-- One adapter's way of one dossier. Deliveries of a lane go in revision order, one at a time, under its lease.
create table lanes (
  id                 bigint generated always as identity primary key,
  adapter            text not null,
  dossier_id         bigint not null references dossiers,
  -- Our record of what the partner holds; it alone decides between create and update.
  known_at_partner   boolean not null default false,
  confirmed_revision integer not null default 0,
  delivered_revision integer not null default 0,
  -- When the head may be attempted; null when nothing waits or the head is held.
  due_at             timestamptz,
  -- Grows whenever somebody without the lease changes the lane's deliveries: its holder then looks again.
  changes            integer not null default 0,
  rung_at            timestamptz,
  lease_token        uuid,
  lease_owner        text,
  lease_until        timestamptz,
  unique (adapter, dossier_id)
);
create index lanes_due on lanes (adapter, due_at) where due_at is not null;

create table deliveries (
  id              bigint generated always as identity primary key,
  lane_id         bigint not null references lanes,
  adapter         text not null,
  dossier_id      bigint not null,
  revision        integer not null,
  state           text not null default 'queued' check (state in
                    ('queued', 'sending', 'retrying', 'delivered', 'refused', 'failed', 'held', 'superseded', 'cancelled')),
  attempts        integer not null default 0,
  -- Failures that concern this dossier alone; an outage of the partner counts toward age only (design §2.8).
  own_failures    integer not null default 0,
  -- Waits since it was planned or redriven; the place in the retry schedule.
  retries         integer not null default 0,
  planned_at      timestamptz not null default now(),
  -- Where the age budget starts; moved forward by the length of every pause.
  budget_from     timestamptz not null default now(),
  next_attempt_at timestamptz not null default now(),
  ended_at        timestamptz,
  failure_kind    text check (failure_kind in ('transient', 'uncertain', 'refused', 'mapping', 'cancelled')),
  failure_code    text,
  failure         jsonb,
  unique (lane_id, revision),
  foreign key (dossier_id, revision) references revisions
);
create index deliveries_open on deliveries (lane_id, revision) where state in ('queued', 'sending', 'retrying', 'held');
create index deliveries_by_state on deliveries (state, adapter, id);
create index deliveries_by_dossier on deliveries (dossier_id);

create table attempts (
  id           bigint generated always as identity primary key,
  delivery_id  bigint not null references deliveries,
  number       integer not null,
  owner        text not null,
  started_at   timestamptz not null default clock_timestamp(),
  ended_at     timestamptz,
  result       text,
  failure_code text,
  unique (delivery_id, number)
);

-- One call of an attempt. The row exists before its bytes leave: sent_at without ended_at means "the partner may know".
create table exchanges (
  id         bigint generated always as identity primary key,
  attempt_id bigint not null references attempts,
  operation  text not null,
  mode       text not null check (mode in ('create', 'update')),
  step_ids   bigint[] not null,
  request    jsonb not null,
  sent_at    timestamptz not null default clock_timestamp(),
  ended_at   timestamptz,
  verdict    text,
  rule       text,
  code       text,
  words      text,
  answer     jsonb
);
create index exchanges_attempt on exchanges (attempt_id);

create table step_confirmations (
  adapter      text not null,
  step_id      bigint not null references progress_steps,
  exchange_id  bigint not null references exchanges,
  confirmed_at timestamptz not null default clock_timestamp(),
  primary key (adapter, step_id)
);

-- What an operator decided about an adapter. The queue keeps no copy, so a wiped queue forgets nothing.
create table adapter_controls (
  adapter   text primary key,
  paused_at timestamptz,
  paused_by text,
  reason    text
);

create table audit_entries (
  id           bigint generated always as identity primary key,
  -- Readers stop below pg_snapshot_xmin() and order by (xid, id): a late commit is never skipped (design §2.12).
  xid          xid8 not null default pg_current_xact_id(),
  at           timestamptz not null default clock_timestamp(),
  actor        text not null,
  action       text not null,
  dossier_code text,
  delivery_id  bigint,
  adapter      text,
  details      jsonb not null default '{}'
);
create index audit_entries_feed on audit_entries (xid, id);
create index audit_entries_dossier on audit_entries (dossier_code, id) where dossier_code is not null;

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'audit entries are append-only' using errcode = 'restrict_violation';
end $$;
create trigger audit_entries_append_only before update or delete on audit_entries
  for each row execute function refuse_change();
create trigger audit_entries_no_truncate before truncate on audit_entries
  for each statement execute function refuse_change();
