drop trigger arrangements_stamp on arrangements;
drop trigger policies_stamp on policies;
drop function stamp_rules();
drop table rule_stamps;
