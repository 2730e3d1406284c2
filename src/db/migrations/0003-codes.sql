-- Code tables as a province keeps them: its own code, or our word, and the partner's code for it, with the days it holds.

create table code_rows (
  id         bigint generated always as identity primary key,
  adapter    text not null,
  table_name text not null,
  -- As it was given, and as it is looked up: both notations of an agency's code have one key.
  local      text not null,
  key        text not null,
  partner    text not null,
  -- The partner's own name for it, sent where the message has a place for one.
  name       text,
  -- First day, and first day no more; null is without end. Which day counts is the dossier's day of reception.
  valid_from date,
  valid_to   date,
  -- The local code that took over when this one ended: a merged unit, a replaced procedure.
  successor  text,
  changed_by text not null,
  changed_at timestamptz not null default clock_timestamp(),
  check (valid_from < valid_to)
);
create unique index code_rows_start on code_rows (adapter, table_name, key, coalesce(valid_from, '-infinity'));

-- Grows with each change of an adapter's tables: a process that holds an older version reads them anew.
create table code_books (
  adapter text primary key,
  version bigint not null
);

-- Deliveries that failed for want of rows, for "redrive what this unblocks".
create index deliveries_missing_codes on deliveries (adapter) where failure -> 'missing' is not null;
