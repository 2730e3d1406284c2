-- What the national side sent us: by a call to the gateway, or pulled from it. Stored before it is acknowledged.

create table inbound_messages (
  id              bigint generated always as identity primary key,
  adapter         text not null,
  operation       text not null,
  -- The partner's own key of the message: a second one with the same key is a duplicate, or contradicts the first.
  key             text not null,
  -- Grows by one with each message by which the partner replaces what it said before under the key.
  version         integer not null default 1,
  received_at     timestamptz not null default clock_timestamp(),
  -- Who brought it; null where we pulled it.
  address         text,
  media_type      text not null default '',
  -- As it came, to the byte: what a signature covers, and what is shown when somebody doubts our reading. Holds personal data.
  body            bytea not null,
  body_hash       bytea not null check (octet_length(body_hash) = 32),
  -- Of a pulled message: when the partner was told that we have it. A message that was pushed is acknowledged by its answer.
  acknowledged_at timestamptz,
  unique (adapter, operation, key, version)
);
create index inbound_unacknowledged on inbound_messages (adapter, operation, id) where acknowledged_at is null and address is null;

-- One message may speak of several dossiers, and be right about some of them only.
create table inbound_items (
  message_id   bigint not null references inbound_messages,
  number       integer not null,
  -- Type of the event that the provincial portal is told.
  event        text not null,
  -- The dossier's code here, or the national code of one that was filed there.
  dossier_code text not null,
  result       text not null check (result in ('accepted', 'unknown-dossier', 'refused')),
  -- Ids, codes and amounts; no personal data.
  facts        jsonb not null default '{}',
  primary key (message_id, number)
);
create index inbound_items_dossier on inbound_items (dossier_code, message_id);
