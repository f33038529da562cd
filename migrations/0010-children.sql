-- A fan-out: one step of a run that calls another workflow, once or for each item. `common` is what every child begins with.
create table fans (
  id uuid primary key,
  run_id uuid not null,
  stage text not null,
  component text not null,
  workflow text not null,
  version int,
  common json not null,
  created_at timestamptz not null,
  outcome text,
  joined_at timestamptz,
  joined_by text,
  reason text
);
create index fans_of_run on fans (run_id);

-- One child of a fan-out, in the order of the items. It is a run of its own once it has begun (`child_id`); only the step
-- that begins it and the steps of its parent change this row. `other` is what it reported after that had been taken.
create table children (
  fan_id uuid not null,
  index int not null,
  key text not null,
  input json not null,
  state text not null
    check (state in ('waiting', 'released', 'open', 'arrived', 'late', 'failed', 'withdrawn', 'removed')),
  child_id uuid,
  try_at timestamptz not null,
  attempts int not null default 0,
  leased_until timestamptz,
  error text,
  report json,
  other json,
  primary key (fan_id, index)
)
-- Room in each page for the report: it then touches no index.
with (fillfactor = 50);
create index children_to_start on children (try_at, fan_id, index) where state = 'released';

alter table runs drop constraint runs_trigger_check;
alter table runs add constraint runs_trigger_check check (trigger in ('form', 'api', 'schedule', 'by_hand', 'sub_workflow'));
create index runs_below on runs (root_id) where parent_id is not null;
create index runs_by_parent on runs (parent_id) where parent_id is not null;
