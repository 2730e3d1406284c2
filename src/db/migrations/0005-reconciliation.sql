-- Reconciliations: what a province has, what the gateway has and what a partner has, dossier by dossier.

-- Both notations of an agency's code in one, from the top body downwards: 000.18.29.H51 and H51.29.18 (standards §5.1).
create function agency_key(code text) returns text language sql immutable as $$
  select case when code ~ '^\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}$'
    then regexp_replace(concat_ws('.', split_part(code, '.', 4), split_part(code, '.', 3), split_part(code, '.', 2), split_part(code, '.', 1)), '(\.0+)+$', '')
    else code end
$$;

create table reconciliations (
  id            bigint generated always as identity primary key,
  adapter       text not null,
  -- Whose dossiers: an agency and all below it; null is everybody's.
  unit          text,
  -- Days of reception in +07:00, both included; null is without end.
  received_from date,
  received_to   date,
  -- Dossiers whose newest revision is older are left out; null takes all.
  changed_since timestamptz,
  -- Did the province give a list of its own?
  has_list      boolean not null,
  state         text not null default 'running' check (state in ('running', 'done', 'cancelled')),
  requested_by  text not null,
  created_at    timestamptz not null default clock_timestamp(),
  ended_at      timestamptz,
  -- Of the process that asks the partner; another goes on when it is gone.
  lease_until   timestamptz
);
create index reconciliations_running on reconciliations (adapter, id) where state = 'running';

create table reconciliation_items (
  reconciliation_id bigint not null references reconciliations on delete cascade,
  dossier_code      text not null,
  -- Null for a dossier that only the province's list has.
  agency_code       text,
  -- Day of reception in +07:00.
  received_on       date,
  listed            boolean not null default false,
  -- The province's own version, where its list says one.
  listed_version    bigint,
  -- Null: the partner has not been asked yet.
  verdict           text check (verdict in ('matches', 'missing-there', 'stale-there', 'not-comparable', 'stale-here', 'unknown-here',
                      'on-its-way', 'stuck', 'unanswered')),
  -- Members that differ at the partner, or why a delivery is stuck; no values.
  differences       text[] not null default '{}',
  tries             integer not null default 0,
  checked_at        timestamptz,
  primary key (reconciliation_id, dossier_code)
);
create index reconciliation_items_open on reconciliation_items (reconciliation_id, dossier_code) where verdict is null;
create index reconciliation_items_verdict on reconciliation_items (reconciliation_id, verdict, dossier_code);
