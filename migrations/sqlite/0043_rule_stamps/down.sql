drop trigger arrangements_gone_stamp;
drop trigger arrangements_changed_stamp;
drop trigger arrangements_added_stamp;
drop trigger policies_gone_stamp;
drop trigger policies_changed_stamp;
drop trigger policies_added_stamp;
drop table rule_stamps;
