-- A letter may turn out to be needed no longer before it has left: what it asks for was taken back meanwhile.
alter table outbox drop constraint outbox_state_check;
alter table outbox add constraint outbox_state_check check (state in ('ready', 'done', 'held', 'dropped'));

-- Which fan-outs still take children back. Their letters wait for it, so that each person is told of all at once.
create index messages_recalls on messages (key) where starts_with(key, 'recall:');
