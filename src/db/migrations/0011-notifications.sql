-- Notifications: events in the order of one sequencer, the endpoints of provincial portals, and deliveries that carry an
-- event in place of a revision.

-- Secrets are derived from a key in the settings, the id and the version: what is stored here lets nobody sign. Ids are
-- random, so that an endpoint made after a restore never has the secret of one that the backup did not know.
create table webhook_endpoints (
  id                text primary key default 'ep_' || replace(gen_random_uuid()::text, '-', ''),
  adapter           text not null,
  client_id         text not null,
  url               text not null,
  description       text,
  -- Empty: all types.
  types             text[] not null default '{}',
  -- An agency in the short notation, and all below it; null: every agency.
  agency            text,
  own_dossiers_only boolean not null default false,
  secret_version    integer not null default 1,
  -- The version before, and the first instant at which it is no longer valid.
  previous_version  integer,
  previous_until    timestamptz,
  -- Nothing is planned while it is set.
  disabled_at       timestamptz,
  disabled_by       text,
  disabled_code     text,
  created_at        timestamptz not null default clock_timestamp(),
  -- Deliveries refer to it: it is kept.
  deleted_at        timestamptz,
  check ((previous_version is null) = (previous_until is null))
);
create index webhook_endpoints_live on webhook_endpoints (client_id) where deleted_at is null;

create table events (
  -- Given by the sequencer, whose transactions go one after the other: whoever has read up to a number has missed nothing.
  id           integer primary key,
  -- What receivers know it by. Random: a number that a restored database gives a second time would be taken for a repetition.
  public_id    text not null unique default 'evt_' || replace(gen_random_uuid()::text, '-', ''),
  -- One fact, one event.
  audit_id     bigint not null unique references audit_entries,
  type         text not null,
  occurred_at  timestamptz not null,
  dossier_code text,
  -- Of our dossier with this code, if there is one: who pushed it first.
  client_id    text,
  agency       text,
  -- For this endpoint alone, and in no feed: a test.
  endpoint_id  text references webhook_endpoints,
  -- No personal data.
  data         jsonb not null
);
create index events_type on events (type, id);
create index events_time on events (occurred_at, id);

-- How far the audit log has been read. One row: its lock is what makes sequencers go one after the other.
create table event_cursor (
  only_one boolean primary key default true check (only_one),
  xid      xid8 not null,
  audit_id bigint not null,
  event_id integer not null,
  -- Facts up to this id are told whatever their xid: they came with a dump from a server whose xids were higher.
  told_to  bigint not null default 0
);
-- Facts from now on: those before are no news.
insert into event_cursor (xid, audit_id, event_id) values (pg_current_xact_id(), 0, 0);

-- A lane is one adapter's way of one dossier, or one endpoint's way of one dossier code: portals are told of dossiers that
-- we do not have yet, and hear of them in one order before and after we have.
alter table lanes
  alter column dossier_id drop not null,
  add column endpoint_id text references webhook_endpoints,
  -- The dossier code; empty for events about none.
  add column subject text,
  add constraint lanes_one_subject check (num_nonnulls(dossier_id, endpoint_id) = 1 and (endpoint_id is null) = (subject is null));
create unique index lanes_notification on lanes (subject, endpoint_id) where endpoint_id is not null;
create index lanes_endpoint on lanes (endpoint_id) where endpoint_id is not null;

-- Of an event, `revision` is the event's number; without a dossier the reference to revisions does not apply.
alter table deliveries
  alter column dossier_id drop not null,
  add column event_id integer references events,
  add constraint deliveries_one_subject check (num_nonnulls(dossier_id, event_id) = 1 and coalesce(event_id = revision, true));
create index deliveries_by_event on deliveries (event_id) where event_id is not null;
