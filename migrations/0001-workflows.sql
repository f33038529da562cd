-- A workflow is a name; what it says stands in its versions, which never change once published.
-- A run is pinned to one version; the wording a person reads comes from the newest (see hand_offs.wording).
create table workflows (
  key text primary key,
  title text not null,
  newest int not null,
  created_at timestamptz not null
);

create table versions (
  workflow text not null references workflows (key),
  number int not null check (number > 0),
  source text not null,
  hash text not null,
  origin text not null check (origin in ('file', 'guidance', 'command', 'restore')),
  published_by text not null,
  published_at timestamptz not null,
  note text not null,
  primary key (workflow, number)
);

-- The wording of one stage at one version: a row only where it differs from the version before.
create table guidance (
  workflow text not null,
  version int not null,
  stage text not null,
  text text not null,
  changed_by text not null,
  changed_at timestamptz not null,
  primary key (workflow, stage, version),
  foreign key (workflow, version) references versions (workflow, number)
);
