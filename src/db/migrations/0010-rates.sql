-- The pace of calls to each target (adapter × account): when the next call may leave.
-- Unlogged: a reservation then needs no write to the disk, and what a crash loses is at most a quarter second of spacing.
create unlogged table rates (
  target  text primary key,
  next_at timestamptz not null
) with (fillfactor = 50);
