-- The catalogue copy: what a partner's own lists said, and since when.

create table catalogue_items (
  adapter      text not null,
  list         text not null,
  key          text not null,
  -- A version never changes but for its end.
  version      integer not null check (version > 0),
  name         text not null,
  -- The row as it came.
  content      jsonb not null,
  content_hash bytea not null,
  -- When we first saw it; null: it was there at the first pull, so it always has been for us.
  valid_from   timestamptz,
  valid_to     timestamptz,
  primary key (adapter, list, key, version)
);
create unique index catalogue_items_current on catalogue_items (adapter, list, key) where valid_to is null;
create index catalogue_items_began on catalogue_items (adapter, valid_from) where valid_from is not null;
create index catalogue_items_ended on catalogue_items (adapter, valid_to) where valid_to is not null;

-- One row for each list of a pull, whatever became of it.
create table catalogue_pulls (
  id         bigint generated always as identity primary key,
  adapter    text not null,
  list       text not null,
  actor      text not null,
  started_at timestamptz not null,
  ended_at   timestamptz not null default clock_timestamp(),
  outcome    text not null check (outcome in ('applied', 'suspicious', 'failed')),
  forced     boolean not null default false,
  added      integer not null default 0,
  changed    integer not null default 0,
  vanished   integer not null default 0,
  unchanged  integer not null default 0,
  -- Why it was not applied.
  error      text
);
create index catalogue_pulls_newest on catalogue_pulls (adapter, list, id);

-- When an item that is asked for by itself was last asked for, also where the partner knows none: all get their turn.
create table catalogue_asked (
  adapter  text not null,
  list     text not null,
  key      text not null,
  asked_at timestamptz not null default clock_timestamp(),
  primary key (adapter, list, key)
);

-- "Which dossiers does this change touch?"
create index dossiers_procedure on dossiers (procedure_code);
create index dossiers_agency on dossiers (agency_code);
