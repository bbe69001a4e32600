-- What policies and arrangements of a city say is kept parsed by the service as long as their stamp is the same. A stamp never comes
-- again: whatever changes them, a rolled back change or an older backup too, has another one.
create table rule_stamps (
    jurisdiction_id uuid not null primary key,
    stamp text not null
);
insert into rule_stamps (jurisdiction_id, stamp)
select jurisdiction_id, gen_random_uuid()::text from (
    select jurisdiction_id from policies union select jurisdiction_id from arrangements
) as cities;
create function stamp_rules() returns trigger language plpgsql as $$
declare
    city uuid := case tg_op when 'DELETE' then old.jurisdiction_id else new.jurisdiction_id end;
begin
    insert into rule_stamps (jurisdiction_id, stamp) values (city, gen_random_uuid()::text)
    on conflict (jurisdiction_id) do update set stamp = excluded.stamp;
    return null;
end
$$;
create trigger policies_stamp after insert or update or delete on policies for each row execute function stamp_rules();
create trigger arrangements_stamp after insert or update or delete on arrangements for each row execute function stamp_rules();
