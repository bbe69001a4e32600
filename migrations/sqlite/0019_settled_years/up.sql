-- The certificate that stands from an addendum on (A2).
alter table appraisal_addenda add column certificate_id blob;

-- Set while a sandbox is emptied, in the transaction that does it: the only time at which what is settled may go.
alter table installation add column emptying boolean not null default false;

-- A3, M5: a snapshot is neither changed nor deleted, a finished settlement neither, and what was added beside a snapshot stays.
drop trigger appraisals_are_sealed;
create trigger appraisals_are_sealed
before update on appraisals
begin
    select raise(abort, 'an appraisal is sealed');
end;

create trigger appraisals_stay
before delete on appraisals
when not exists (select 1 from installation where purpose = 'sandbox' and emptying)
begin
    select raise(abort, 'an appraisal is sealed');
end;

create trigger appraisal_addenda_stay
before delete on appraisal_addenda
when not exists (select 1 from installation where purpose = 'sandbox' and emptying)
begin
    select raise(abort, 'what was added to an appraisal stays');
end;

create trigger settlements_are_final
before update on settlements
when old.state = 'finished'
begin
    select raise(abort, 'a finished settlement is final');
end;

create trigger settlements_stay
before delete on settlements
when old.state = 'finished'
    and not exists (select 1 from installation where purpose = 'sandbox' and emptying)
begin
    select raise(abort, 'a finished settlement is final');
end;
