drop index login_failures_to_tell;
alter table login_failures drop column told;
alter table login_failures drop column request_id;
alter table login_failures drop column address;
alter table login_failures drop column account_id;
drop index events_by_request;
drop index events_by_year;
drop index events_by_kind;
drop index events_by_account;
