-- What policies and arrangements of a city say is kept parsed by the service as long as their stamp is the same. A stamp never comes
-- again: whatever changes them, a rolled back change or an older backup too, has another one.
create table rule_stamps (
    jurisdiction_id blob not null primary key,
    stamp text not null
);
insert into rule_stamps (jurisdiction_id, stamp)
select jurisdiction_id, lower(hex(randomblob(16))) from (
    select jurisdiction_id from policies union select jurisdiction_id from arrangements
);
create trigger policies_added_stamp after insert on policies begin
    insert or replace into rule_stamps values (new.jurisdiction_id, lower(hex(randomblob(16))));
end;
create trigger policies_changed_stamp after update on policies begin
    insert or replace into rule_stamps values (new.jurisdiction_id, lower(hex(randomblob(16))));
end;
create trigger policies_gone_stamp after delete on policies begin
    insert or replace into rule_stamps values (old.jurisdiction_id, lower(hex(randomblob(16))));
end;
create trigger arrangements_added_stamp after insert on arrangements begin
    insert or replace into rule_stamps values (new.jurisdiction_id, lower(hex(randomblob(16))));
end;
create trigger arrangements_changed_stamp after update on arrangements begin
    insert or replace into rule_stamps values (new.jurisdiction_id, lower(hex(randomblob(16))));
end;
create trigger arrangements_gone_stamp after delete on arrangements begin
    insert or replace into rule_stamps values (old.jurisdiction_id, lower(hex(randomblob(16))));
end;
