-- What the migrations add up to. Made by UPDATE_SCHEMA=1 npm test -- migrate; do not edit.

table api_keys
  id uuid not null
  name text not null
  key_hash bytea not null
  created_at timestamp with time zone not null
  used_at timestamp with time zone
  revoked_at timestamp with time zone
  api_keys_pkey: PRIMARY KEY (id)
  api_keys_key_hash_key: UNIQUE (key_hash)
  api_keys_key_hash_check: CHECK ((octet_length(key_hash) = 32))

table children
  fan_id uuid not null
  index integer not null
  key text not null
  input json not null
  state text not null
  child_id uuid
  try_at timestamp with time zone not null
  attempts integer not null default 0
  leased_until timestamp with time zone
  error text
  report json
  other json
  children_pkey: PRIMARY KEY (fan_id, index)
  children_state_check: CHECK ((state = ANY (ARRAY['waiting'::text, 'released'::text, 'open'::text, 'arrived'::text, 'late'::text, 'failed'::text, 'withdrawn'::text, 'removed'::text])))
  CREATE INDEX children_to_start ON public.children USING btree (try_at, fan_id, index) WHERE (state = 'released'::text)

table fans
  id uuid not null
  run_id uuid not null
  stage text not null
  component text not null
  workflow text not null
  version integer
  common json not null
  created_at timestamp with time zone not null
  outcome text
  joined_at timestamp with time zone
  joined_by text
  reason text
  fans_pkey: PRIMARY KEY (id)
  CREATE INDEX fans_of_run ON public.fans USING btree (run_id)

table files
  id uuid not null
  name text not null
  type text not null
  size integer not null
  sha256 text not null
  bytes bytea not null
  kept_at timestamp with time zone not null
  files_pkey: PRIMARY KEY (id)

table fires
  workflow text not null
  trigger integer not null
  due_at timestamp with time zone not null
  decision text not null
  run_id uuid
  decided_at timestamp with time zone not null
  fires_pkey: PRIMARY KEY (workflow, trigger, due_at)
  fires_decision_check: CHECK ((decision = ANY (ARRAY['started'::text, 'missed'::text])))
  fires_workflow_trigger_fkey: FOREIGN KEY (workflow, trigger) REFERENCES schedules(workflow, trigger)

table guidance
  workflow text not null
  version integer not null
  stage text not null
  text text not null
  changed_by text not null
  changed_at timestamp with time zone not null
  guidance_pkey: PRIMARY KEY (workflow, stage, version)
  guidance_workflow_version_fkey: FOREIGN KEY (workflow, version) REFERENCES versions(workflow, number)

table hand_off_moves
  hand_off_id uuid not null
  generation integer not null
  from_email text not null
  from_name text
  to_email text not null
  to_name text
  at timestamp with time zone not null
  why text not null
  reason text not null
  hand_off_moves_pkey: PRIMARY KEY (hand_off_id, generation)
  hand_off_moves_why_check: CHECK ((why = ANY (ARRAY['escalated'::text, 'reassigned'::text])))

table hand_offs
  id uuid not null
  run_id uuid not null
  stage text not null
  component text not null
  actor text not null
  state text not null
  generation integer not null
  person_email text not null
  person_name text
  round integer not null
  wording integer not null
  opened_at timestamp with time zone not null
  due_at timestamp with time zone
  ended_at timestamp with time zone
  ended_by_email text
  ended_by_name text
  submission text
  answer json
  reason text
  hand_offs_pkey: PRIMARY KEY (id)
  hand_offs_check: CHECK (((state = 'open'::text) = (ended_at IS NULL)))
  hand_offs_state_check: CHECK ((state = ANY (ARRAY['open'::text, 'decided'::text, 'withdrawn'::text])))
  hand_offs_generation_check: CHECK ((generation > 0))
  CREATE INDEX hand_offs_of_run ON public.hand_offs USING btree (run_id, opened_at)

table history
  run_id uuid not null
  seq integer not null
  at timestamp with time zone not null
  event json not null
  happened json not null
  hash bytea not null
  history_pkey: PRIMARY KEY (run_id, seq)
  history_hash_check: CHECK ((octet_length(hash) = 32))
  CREATE TRIGGER history_is_append_only BEFORE DELETE OR UPDATE ON public.history FOR EACH ROW EXECUTE FUNCTION history_is_append_only() (enabled: A)
  CREATE TRIGGER history_is_never_emptied BEFORE TRUNCATE ON public.history FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only() (enabled: A)

table mail_rates
  domain text not null
  began_at timestamp with time zone not null
  sent integer not null
  mail_rates_pkey: PRIMARY KEY (domain)

table mails
  id uuid not null
  at timestamp with time zone not null
  kind text not null
  run_id uuid
  sender text not null
  recipient text not null
  subject text not null
  body_text text not null
  body_html text not null
  headers jsonb not null
  attachments json not null default '[]'::json
  mails_pkey: PRIMARY KEY (id)
  CREATE INDEX mails_by_time ON public.mails USING btree (at DESC, id DESC)

table messages
  id bigint not null generated as identity
  run_id uuid not null
  key text not null
  event json not null
  deliver_at timestamp with time zone not null
  attempts integer not null default 0
  try_at timestamp with time zone not null
  leased_until timestamp with time zone
  set_aside_at timestamp with time zone
  error text
  messages_pkey: PRIMARY KEY (id)
  messages_run_id_key_key: UNIQUE (run_id, key)
  CREATE INDEX messages_due ON public.messages USING btree (try_at, id) WHERE (set_aside_at IS NULL)
  CREATE INDEX messages_recalls ON public.messages USING btree (key) WHERE starts_with(key, 'recall:'::text)

table outbox
  id uuid not null
  run_id uuid
  kind text not null
  body json not null
  state text not null
  attempts integer not null default 0
  created_at timestamp with time zone not null
  try_at timestamp with time zone not null
  leased_until timestamp with time zone
  first_tried_at timestamp with time zone
  done_at timestamp with time zone
  error text
  record json
  fan uuid
  bundle text
  bundled_into uuid
  outbox_pkey: PRIMARY KEY (id)
  outbox_kind_check: CHECK ((kind = ANY (ARRAY['mail'::text, 'http'::text, 'judge'::text, 'document'::text])))
  outbox_state_check: CHECK ((state = ANY (ARRAY['ready'::text, 'done'::text, 'held'::text, 'dropped'::text])))
  CREATE INDEX outbox_due ON public.outbox USING btree (try_at, id) WHERE (state = 'ready'::text)
  CREATE INDEX outbox_of_run ON public.outbox USING btree (run_id)
  CREATE INDEX outbox_bundled ON public.outbox USING btree (bundled_into) WHERE (bundled_into IS NOT NULL)
  CREATE INDEX outbox_bundles ON public.outbox USING btree (bundle, id) WHERE ((bundle IS NOT NULL) AND (state = 'ready'::text) AND (bundled_into IS NULL))

table portal
  only_row boolean not null default true
  ahead_ms bigint not null default 0
  portal_pkey: PRIMARY KEY (only_row)
  portal_only_row_check: CHECK (only_row)

table runs
  id uuid not null
  workflow text not null
  version integer not null
  seq integer not null
  status text not null
  stage text
  title text not null
  starter_email text not null
  starter_name text
  trigger text not null
  snapshot json not null
  head bytea not null
  idempotency_key text
  parent_id uuid
  root_id uuid not null
  set_aside jsonb
  started_at timestamp with time zone not null
  changed_at timestamp with time zone not null
  ended_at timestamp with time zone
  runs_pkey: PRIMARY KEY (id)
  runs_seq_check: CHECK ((seq > 0))
  runs_head_check: CHECK ((octet_length(head) = 32))
  runs_status_check: CHECK ((status = ANY (ARRAY['active'::text, 'attention'::text, 'done'::text, 'cancelled'::text])))
  runs_trigger_check: CHECK ((trigger = ANY (ARRAY['form'::text, 'api'::text, 'schedule'::text, 'by_hand'::text, 'sub_workflow'::text])))
  runs_parent_id_fkey: FOREIGN KEY (parent_id) REFERENCES runs(id)
  runs_idempotency_key_key: UNIQUE (idempotency_key)
  CREATE INDEX runs_below ON public.runs USING btree (root_id) WHERE (parent_id IS NOT NULL)
  CREATE INDEX runs_by_parent ON public.runs USING btree (parent_id) WHERE (parent_id IS NOT NULL)
  CREATE INDEX runs_by_workflow ON public.runs USING btree (workflow, started_at DESC)
  CREATE INDEX runs_that_need_attention ON public.runs USING btree (started_at) WHERE ((status = 'attention'::text) OR (set_aside IS NOT NULL))

table schedules
  workflow text not null
  trigger integer not null
  cron text not null
  timezone text not null
  watermark timestamp with time zone not null
  active boolean not null
  schedules_pkey: PRIMARY KEY (workflow, trigger)
  schedules_workflow_fkey: FOREIGN KEY (workflow) REFERENCES workflows(key)

table schema_versions
  number integer not null
  name text not null
  checksum text not null
  schema_versions_pkey: PRIMARY KEY (number)

table sessions
  token_hash bytea not null
  email text not null
  began_at timestamp with time zone not null
  seen_at timestamp with time zone not null
  ended_at timestamp with time zone
  sessions_pkey: PRIMARY KEY (token_hash)
  sessions_token_hash_check: CHECK ((octet_length(token_hash) = 32))

table sign_ins
  id uuid not null
  email text not null
  asked_at timestamp with time zone not null
  expires_at timestamp with time zone not null
  used_at timestamp with time zone
  sign_ins_pkey: PRIMARY KEY (id)
  CREATE INDEX sign_ins_of_person ON public.sign_ins USING btree (email, asked_at)

table table_revisions
  workflow text not null
  table_name text not null
  revision integer not null
  rows json not null
  changed_by text not null
  changed_at timestamp with time zone not null
  note text not null
  added integer not null
  altered integer not null
  removed integer not null
  table_revisions_pkey: PRIMARY KEY (workflow, table_name, revision)
  table_revisions_workflow_fkey: FOREIGN KEY (workflow) REFERENCES workflows(key)
  table_revisions_revision_check: CHECK ((revision > 0))
  CREATE TRIGGER table_revisions_never_change BEFORE DELETE OR UPDATE ON public.table_revisions FOR EACH ROW EXECUTE FUNCTION table_revisions_never_change() (enabled: A)
  CREATE TRIGGER table_revisions_are_never_emptied BEFORE TRUNCATE ON public.table_revisions FOR EACH STATEMENT EXECUTE FUNCTION table_revisions_never_change() (enabled: A)

table tries
  what text not null
  window_begins timestamp with time zone not null
  count integer not null
  tries_pkey: PRIMARY KEY (what, window_begins)

table versions
  workflow text not null
  number integer not null
  source text not null
  hash text not null
  origin text not null
  published_by text not null
  published_at timestamp with time zone not null
  note text not null
  versions_pkey: PRIMARY KEY (workflow, number)
  versions_number_check: CHECK ((number > 0))
  versions_origin_check: CHECK ((origin = ANY (ARRAY['file'::text, 'guidance'::text, 'command'::text, 'restore'::text])))
  versions_workflow_fkey: FOREIGN KEY (workflow) REFERENCES workflows(key)

table workflows
  key text not null
  title text not null
  newest integer not null
  created_at timestamp with time zone not null
  workflows_pkey: PRIMARY KEY (key)
CREATE OR REPLACE FUNCTION public.list_of(text)
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN string_to_array($1, chr(1), chr(2))

CREATE OR REPLACE FUNCTION public.history_is_append_only()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'History is append-only.' using errcode = 'integrity_constraint_violation';
end $function$

CREATE OR REPLACE FUNCTION public.table_revisions_never_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'Revisions of tables never change.' using errcode = 'integrity_constraint_violation';
end $function$

