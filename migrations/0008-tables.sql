-- The rows of lookup tables as owners edited them. Revision 0 is what the workflow's file says and has no row here.
-- A revision never changes: the events of runs name the revision that counted for them. `added`, `altered` and `removed`
-- count rows against the revision before.
create table table_revisions (
  workflow text not null references workflows (key),
  table_name text not null,
  revision int not null check (revision > 0),
  rows json not null,
  changed_by text not null,
  changed_at timestamptz not null,
  note text not null,
  added int not null,
  altered int not null,
  removed int not null,
  primary key (workflow, table_name, revision)
);

create function table_revisions_never_change() returns trigger language plpgsql as $$
begin
  raise exception 'Revisions of tables never change.' using errcode = 'integrity_constraint_violation';
end $$;
create trigger table_revisions_never_change before update or delete on table_revisions
  for each row execute function table_revisions_never_change();
create trigger table_revisions_are_never_emptied before truncate on table_revisions
  for each statement execute function table_revisions_never_change();
alter table table_revisions enable always trigger table_revisions_never_change;
alter table table_revisions enable always trigger table_revisions_are_never_emptied;
