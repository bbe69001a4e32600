-- The certificate that stands from an addendum on (A2).
alter table appraisal_addenda add column certificate_id uuid;

-- Set while a sandbox is emptied, in the transaction that does it: the only time at which what is settled may go.
alter table installation add column emptying boolean not null default false;

-- A3, M5: a snapshot is neither changed nor deleted, a finished settlement neither, and what was added beside a snapshot stays.
drop trigger appraisals_are_sealed on appraisals;
create trigger appraisals_are_sealed
before update on appraisals for each row execute function appraisals_are_sealed();

create function settled_stays() returns trigger language plpgsql as $$
begin
    if exists (select 1 from installation where purpose = 'sandbox' and emptying) then
        return old;
    end if;
    raise exception 'what is settled is final (%)', tg_table_name;
end
$$;

create function settlements_are_final() returns trigger language plpgsql as $$
begin
    raise exception 'a finished settlement is final';
end
$$;

create trigger appraisals_stay
before delete on appraisals for each row execute function settled_stays();

create trigger appraisal_addenda_stay
before delete on appraisal_addenda for each row execute function settled_stays();

create trigger settlements_are_final
before update on settlements for each row when (old.state = 'finished') execute function settlements_are_final();

create trigger settlements_stay
before delete on settlements for each row when (old.state = 'finished') execute function settled_stays();

-- Emptying a table at once goes by no row.
create trigger appraisals_are_not_truncated
before truncate on appraisals for each statement execute function appraisals_are_sealed();

create trigger appraisal_addenda_are_not_truncated
before truncate on appraisal_addenda for each statement execute function appraisals_are_sealed();

create trigger settlements_are_not_truncated
before truncate on settlements for each statement execute function settlements_are_final();
