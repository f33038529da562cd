-- Owners sign in by a mailed link, which carries the id and a MAC: nothing stored opens a door.
create table sign_ins (
  id uuid primary key,
  email text not null,
  asked_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index sign_ins_of_person on sign_ins (email, asked_at);

create table sessions (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  email text not null,
  began_at timestamptz not null,
  seen_at timestamptz not null,
  ended_at timestamptz
);

create table api_keys (
  id uuid primary key,
  name text not null,
  key_hash bytea not null unique check (octet_length(key_hash) = 32),
  created_at timestamptz not null,
  used_at timestamptz,
  revoked_at timestamptz
);

-- How often something was tried in a window of time, shared by all servers.
create table tries (
  what text not null,
  window_begins timestamptz not null,
  count int not null,
  primary key (what, window_begins)
);
