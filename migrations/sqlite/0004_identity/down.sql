drop table signing_keys;
drop table client_assertions;
drop table clients;
drop table login_failures;
drop table sessions;
drop table grants;
drop table accounts;
