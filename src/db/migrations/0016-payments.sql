-- Payments that were asked for, each under its own reference, and what a payment platform said became of them.

create table payment_requests (
  id             bigint generated always as identity primary key,
  -- What the payment was asked for under; the platform repeats it when it says what became of the payment.
  reference      text not null unique check (length(reference) between 1 and 255),
  dossier_id     bigint not null references dossiers,
  -- Exact text; compared as text.
  amount         text not null check (amount ~ '^[1-9][0-9]{0,17}$'),
  currency       text not null check (currency ~ '^[A-Z]{3}$'),
  requested_at   timestamptz not null default clock_timestamp(),
  -- client:<id>: a province registered it; partner:<adapter>: made when that platform asked what there is to pay.
  requested_by   text not null,
  -- paid is final; a payment that failed may still be paid.
  state          text not null default 'requested' check (state in ('requested', 'paid', 'failed')),
  -- The platform's transaction that decided the state, its own time of it, and when we took it.
  transaction_id text,
  transaction_at timestamptz,
  decided_at     timestamptz,
  -- The message that decided it, as it came.
  inbound_id     bigint references inbound_messages,
  check ((state = 'requested') = (transaction_id is null)),
  check ((state = 'requested') = (decided_at is null))
);
create index payment_requests_dossier on payment_requests (dossier_id, id);
