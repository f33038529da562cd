-- Schedules start runs. `watermark` is the last instant whose fires have been decided.
create table schedules (
  workflow text not null references workflows (key),
  trigger int not null,
  cron text not null,
  timezone text not null,
  watermark timestamptz not null,
  active boolean not null,
  primary key (workflow, trigger)
);

create table fires (
  workflow text not null,
  trigger int not null,
  due_at timestamptz not null,
  decision text not null check (decision in ('started', 'missed')),
  run_id uuid,
  decided_at timestamptz not null,
  primary key (workflow, trigger, due_at),
  foreign key (workflow, trigger) references schedules (workflow, trigger)
);

-- Secrets and the like that a portal makes for itself when it is not given them.
create table portal (
  only_row boolean primary key default true check (only_row),
  -- How far the portal's time is ahead of the database's clock; moved by tests and rehearsals only.
  ahead_ms bigint not null default 0
);
insert into portal default values;
