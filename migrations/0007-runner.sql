alter table outbox drop constraint outbox_kind_check, add constraint outbox_kind_check check (kind in ('mail', 'http', 'judge', 'document'));
