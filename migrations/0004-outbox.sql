-- The outbox: everything that a step asks of the outside world, written by the step's own statement, done after the
-- commit under `id` as idempotency key. `held`: gave up, an operator decides. Times are the portal's clock.
create table outbox (
  id uuid primary key,
  run_id uuid,
  kind text not null check (kind in ('mail', 'http')),
  body json not null,
  state text not null check (state in ('ready', 'done', 'held')),
  attempts int not null default 0,
  created_at timestamptz not null,
  try_at timestamptz not null,
  leased_until timestamptz,
  first_tried_at timestamptz,
  done_at timestamptz,
  error text,
  record json
);
create index outbox_due on outbox (try_at, id) where state = 'ready';
create index outbox_of_run on outbox (run_id);

-- Mails caught by the local mailbox, which stands in for a provider while none is configured.
create table mails (
  id uuid primary key,
  at timestamptz not null,
  kind text not null,
  run_id uuid,
  sender text not null,
  recipient text not null,
  subject text not null,
  body_text text not null,
  body_html text not null,
  headers jsonb not null
);
create index mails_by_time on mails (at desc, id desc);

-- Files that people upload. Bytes stay in the database, so that a backup is whole and any server can show them.
create table files (
  id uuid primary key,
  name text not null,
  type text not null,
  size int not null,
  sha256 text not null,
  bytes bytea not null,
  kept_at timestamptz not null
);
