-- Dossiers that were filed at a national system: their state goes back there and to no other portal.

alter table dossiers add column origin_adapter text, add column origin_code text,
  add constraint dossiers_origin_whole check ((origin_adapter is null) = (origin_code is null));
-- Two dossiers here for one there would tell it two truths.
create unique index dossiers_origin on dossiers (origin_adapter, origin_code) where origin_adapter is not null;

-- What waits at a partner and is pulled: how far each adapter has come, and how its last round ended.
create table polls (
  adapter      text primary key,
  -- The partner's own mark of what was given, where it has one.
  cursor       text,
  -- End of the last round that got an answer.
  polled_at    timestamptz,
  -- Since the last round that got one: when it went wrong, and why.
  failed_at    timestamptz,
  failure_code text
);
