drop table idempotency_keys;
drop table counters;
drop table jurisdictions;
drop table installation;
