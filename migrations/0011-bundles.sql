-- Letters to one person about several children of one fan-out leave as one: `bundle` says which belong together, the
-- first of them carries the others, and `bundled_into` names it as soon as they are put together. Once together they stay
-- so, that a second try sends the same letter under the same key.
alter table outbox add column fan uuid, add column bundle text, add column bundled_into uuid;
create index outbox_bundles on outbox (bundle, id) where bundle is not null and state = 'ready' and bundled_into is null;
create index outbox_bundled on outbox (bundled_into) where bundled_into is not null;
