-- Provincial systems that speak a partner's own format: their sessions, and what was found about their messages.

create table client_sessions (
  -- SHA-256 of the token, which carries 256 random bits.
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  -- The key that logged in: a session ends with it.
  key_id     bigint not null references client_keys,
  adapter    text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index client_sessions_end on client_sessions (expires_at);

-- Findings that would refuse a push to /v1, and what of a message has no place in the dossier: kept with the revision.
create table intake_notes (
  id          bigint generated always as identity primary key,
  dossier_id  bigint not null,
  revision    integer not null,
  client_id   text not null,
  adapter     text not null,
  service     text not null,
  findings    jsonb not null,
  -- [{"pointer": "/TruongLa", "value": …}], as it came: may hold personal data, like the revision's content.
  extensions  jsonb not null,
  accepted_at timestamptz not null default now(),
  foreign key (dossier_id, revision) references revisions
);
create index intake_notes_dossier on intake_notes (dossier_id, id);
