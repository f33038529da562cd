-- The files that left with a mail, as references; their bytes stay in `files`.
alter table mails add column attachments json not null default '[]';
