-- Which processes run and how many connections each may open: their sum must fit max_connections (design §2.4), and a
-- backlog that stands still for want of any worker can be told so.

create table processes (
  id          uuid primary key,
  role        text not null check (role in ('all', 'api', 'worker')),
  -- Does it deliver? An API process does not, and none does under OUTBOUND=paused.
  delivers    boolean not null,
  host        text not null,
  pid         integer not null,
  -- The most it may open, application and queue together.
  connections integer not null,
  started_at  timestamptz not null default clock_timestamp(),
  -- A process that was killed is forgotten after a while.
  seen_at     timestamptz not null default clock_timestamp()
);

-- "Finished, due soon, not at the partner": read from the few that fall due, whatever the size of backlog and tables.
create index dossiers_due on dossiers (due_at) where due_at is not null;
