-- What protects a partner and a lane: breakers that all processes share, times in which nothing could be sent, and
-- lanes that wait for somebody's decision.

-- The account under which a lane's last attempt was made; empty: the adapter's own. Breakers are per account.
alter table lanes add column unit text not null default '';
-- A refused or failed delivery behind which the lane waits, where the adapter's manifest wants that (design §2.6).
alter table lanes add column blocked_by bigint references deliveries;

-- One account at one partner. A row exists since its breaker opened for the first time.
create table targets (
  adapter   text not null,
  unit      text not null,
  opened_at timestamptz,
  -- When one attempt may be made to see whether the partner is back; taking it moves it on, so there is one at a time.
  probe_at  timestamptz,
  -- Probes that failed since it opened: the place in their schedule.
  probes    integer not null default 0,
  -- Failure code that opened it.
  code      text,
  primary key (adapter, unit),
  check ((opened_at is null) = (probe_at is null))
);

-- Ended times in which nothing could be sent: they count toward no delivery's age (design §2.8). Rows and not shifted
-- deliveries, so that the end of an outage costs one insert however many wait.
create table standstills (
  id       bigint generated always as identity primary key,
  adapter  text not null,
  -- Null: the whole adapter.
  unit     text,
  reason   text not null check (reason in ('paused', 'breaker')),
  began_at timestamptz not null,
  ended_at timestamptz not null default clock_timestamp()
);
create index standstills_ended on standstills (adapter, ended_at);
