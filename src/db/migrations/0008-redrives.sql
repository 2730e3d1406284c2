-- Fingerprints of failures, and redrive jobs: a frozen selection of deliveries, worked off slowly.

-- What makes two failures the same cause: adapter, kind, code and the words without what differs from dossier to dossier.
alter table deliveries add column fingerprint text;
alter table deliveries add column failed_at timestamptz;
update deliveries set failed_at = coalesce(ended_at, (failure ->> 'at')::timestamptz) where failure is not null;

-- Causes are counted from this index alone; what was delivered is not in it.
create index deliveries_causes on deliveries (adapter, fingerprint, state, failed_at, id)
  where fingerprint is not null and state in ('queued', 'sending', 'retrying', 'held', 'refused', 'failed');

create table redrives (
  id            bigint generated always as identity primary key,
  -- As it was asked for; the selection itself is in redrive_items and does not grow.
  filter        jsonb not null,
  state         text not null default 'running' check (state in ('running', 'paused', 'done', 'cancelled')),
  requested_by  text not null,
  -- Deliveries per second at most; null is as quick as the database allows.
  rate          integer check (rate > 0),
  total         integer not null default 0,
  -- Kept with every chunk, so that looking at a job of 100,000 costs nothing.
  redriven      integer not null default 0,
  superseded    integer not null default 0,
  skipped       integer not null default 0,
  -- The last delivery that was done: chunks go by id, and never look again at what is behind them.
  position      bigint not null default 0,
  -- When the next chunk may start: the rate holds across processes and restarts.
  next_chunk_at timestamptz not null default clock_timestamp(),
  created_at    timestamptz not null default clock_timestamp(),
  ended_at      timestamptz
);
create index redrives_running on redrives (next_chunk_at, id) where state = 'running';

create table redrive_items (
  redrive_id   bigint not null references redrives on delete cascade,
  -- No reference: an item may outlive its delivery.
  delivery_id  bigint not null,
  -- As it was chosen. A delivery that was attempted or changed since is another case, and skipped.
  was_state    text not null,
  was_attempts integer not null,
  -- Null: to be done.
  result       text check (result in ('redriven', 'superseded', 'skipped')),
  reason       text,
  done_at      timestamptz,
  primary key (redrive_id, delivery_id)
);
