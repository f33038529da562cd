-- A hand-off waits for one person. Its link carries id, generation and a MAC; no secret is stored. Moving or
-- withdrawing it raises the generation, so that older links know that they are older.
create table hand_offs (
  id uuid primary key,
  run_id uuid not null,
  stage text not null,
  component text not null,
  actor text not null,
  state text not null check (state in ('open', 'decided', 'withdrawn')),
  generation int not null check (generation > 0),
  person_email text not null,
  person_name text,
  round int not null,
  wording int not null,
  opened_at timestamptz not null,
  due_at timestamptz,
  ended_at timestamptz,
  ended_by_email text,
  ended_by_name text,
  submission text,
  answer json,
  reason text,
  check ((state = 'open') = (ended_at is null))
)
-- Room in each page for the answer: ending a hand-off then touches no index.
with (fillfactor = 60);
create index hand_offs_of_run on hand_offs (run_id, opened_at);

-- Each time a hand-off went from one person to another: `generation` is the one that ended with it.
create table hand_off_moves (
  hand_off_id uuid not null,
  generation int not null,
  from_email text not null,
  from_name text,
  to_email text not null,
  to_name text,
  at timestamptz not null,
  why text not null check (why in ('escalated', 'reassigned')),
  reason text not null,
  primary key (hand_off_id, generation)
);
