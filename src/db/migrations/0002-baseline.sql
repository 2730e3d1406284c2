-- Baselines: dossiers that a partner held before the gateway came. Nothing was sent for them, so the proof that the partner
-- holds their steps is the word of whoever imported them, and no exchange.

create table baselines (
  id       bigint generated always as identity primary key,
  -- Who gave the word. Counts, and the hash of what was read, stand in the audit log.
  actor    text not null,
  adapters text[] not null,
  begun_at timestamptz not null default clock_timestamp()
);

-- Set where the lane began with a baseline: its revision 1 was never planned.
alter table lanes add column baseline_id bigint references baselines;

alter table step_confirmations
  alter column exchange_id drop not null,
  add column baseline_id bigint references baselines,
  add constraint step_confirmations_one_proof check (num_nonnulls(exchange_id, baseline_id) = 1);
