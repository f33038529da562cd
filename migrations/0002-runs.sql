-- The tables that every step writes have no foreign keys: a step is one statement that writes a run and its rows or none
-- of them, runs are never deleted, and checking each row again cost a fifth of the steps a second (npm run bench).
-- `baton doctor` looks for rows without a run.

-- Takes apart a column that server/database/columns.ts put together.
create function list_of(text) returns text[] language sql immutable parallel safe
  return string_to_array($1, chr(1), chr(2));

-- A run is a virtual actor: between two events it exists only as this row. `seq` counts its steps and guards them.
-- `idempotency_key` is the caller's word for "this very start"; the same key again is the same run.
create table runs (
  id uuid primary key,
  workflow text not null,
  version int not null,
  seq int not null check (seq > 0),
  status text not null check (status in ('active', 'attention', 'done', 'cancelled')),
  stage text,
  title text not null,
  starter_email text not null,
  starter_name text,
  trigger text not null check (trigger in ('form', 'api', 'schedule', 'by_hand')),
  snapshot json not null,
  head bytea not null check (octet_length(head) = 32),
  idempotency_key text unique,
  parent_id uuid references runs (id),
  root_id uuid not null,
  set_aside jsonb,
  started_at timestamptz not null,
  changed_at timestamptz not null,
  ended_at timestamptz
)
-- Room in each page for the next version of a row: a step then touches no index.
with (fillfactor = 60);
create index runs_by_workflow on runs (workflow, started_at desc);
create index runs_that_need_attention on runs (started_at) where status = 'attention' or set_aside is not null;

-- What happened, one row a step, never changed. `hash` is SHA-256 over the row before, the event and what followed,
-- both exactly as they are stored here (hence json, not jsonb).
create table history (
  run_id uuid not null,
  seq int not null,
  at timestamptz not null,
  event json not null,
  happened json not null,
  hash bytea not null check (octet_length(hash) = 32),
  primary key (run_id, seq)
);

create function history_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'History is append-only.' using errcode = 'integrity_constraint_violation';
end $$;
create trigger history_is_append_only before update or delete on history
  for each row execute function history_is_append_only();
create trigger history_is_never_emptied before truncate on history
  for each statement execute function history_is_append_only();
alter table history enable always trigger history_is_append_only;
alter table history enable always trigger history_is_never_emptied;

-- The mailbox: messages to runs, due now or later. A timer is a message with a future deliver_at and a key by which
-- it can be withdrawn. A message that keeps failing is set aside with its error and holds up nobody else.
create table messages (
  id bigint generated always as identity primary key,
  run_id uuid not null,
  key text not null,
  event json not null,
  deliver_at timestamptz not null,
  attempts int not null default 0,
  try_at timestamptz not null,
  leased_until timestamptz,
  set_aside_at timestamptz,
  error text,
  unique (run_id, key)
);
create index messages_due on messages (try_at, id) where set_aside_at is null;
