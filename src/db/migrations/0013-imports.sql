-- Bulk intake: how far each import came. Written by the transaction of each batch, so that whoever sends the same body again
-- goes on behind the last line that was committed. Locks nothing that exists.

create table imports (
  client_id   text not null,
  -- The sender's Idempotency-Key, or one that was made up for it.
  id          text not null,
  begun_at    timestamptz not null default clock_timestamp(),
  updated_at  timestamptz not null default clock_timestamp(),
  -- The whole body was read. Null: it may be sent again.
  ended_at    timestamptz,
  -- Number of the last line that is committed; blank ones count.
  line        bigint not null default 0,
  -- Of all lines up to that one, each with one line feed at its end, inclusive.
  bytes       bigint not null default 0,
  sha256      bytea not null check (octet_length(sha256) = 32),
  accepted    bigint not null default 0,
  unchanged   bigint not null default 0,
  rejected    bigint not null default 0,
  steps       bigint not null default 0,
  -- Who works on it. A dead process keeps it until the lease ends.
  lease_token uuid,
  lease_until timestamptz,
  primary key (client_id, id)
);
create index imports_age on imports (updated_at);

-- Lines that were not accepted, so that a sender whose connection broke still learns of them. Codes and pointers; no values.
create table import_rejections (
  client_id    text not null,
  import_id    text not null,
  line         bigint not null,
  dossier_code text,
  -- json and not jsonb: a pointer names the sender's own members, which may hold what jsonb refuses (\u0000, half a character).
  errors       json not null,
  primary key (client_id, import_id, line),
  foreign key (client_id, import_id) references imports on delete cascade
);
