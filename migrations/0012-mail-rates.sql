-- How many letters about children went to a domain within its current minute, so that hundreds at once do not look like
-- spam to it. One row a domain; servers share it.
create table mail_rates (
  domain text primary key,
  began_at timestamptz not null,
  sent int not null
);
