-- Audit queries: for each filter an index that has its events in the order of their ids. A page of one filter reads what it shows; of
-- several together, one index is read and the others are tried on what it gives.
create index events_by_account on events (jurisdiction_id, account_id, id) where account_id is not null;
create index events_by_kind on events (jurisdiction_id, kind, id);
create index events_by_year on events (jurisdiction_id, year, id) where year is not null;
create index events_by_request on events (jurisdiction_id, request_id, id) where request_id is not null;

-- Failed logins are told to auditors later than they are answered, so that neither answer nor time tells whether there is such a
-- user. Whom they were for, from where, and up to which failure they were told.
alter table login_failures add column account_id blob;
alter table login_failures add column address text;
alter table login_failures add column request_id text;
alter table login_failures add column told integer not null default 0;
create index login_failures_to_tell on login_failures (account_id) where account_id is not null and told < failures;
