drop trigger settlements_stay;
drop trigger settlements_are_final;
drop trigger appraisal_addenda_stay;
drop trigger appraisals_stay;
drop trigger appraisals_are_sealed;
create trigger appraisals_are_sealed
before update of year, employer_id, authority_id, public_institution, outcome, approved_public, approved_professional,
    makeup_public, makeup_professional, certificate_id, policy_version, lapsed, lapsed_overdue, digest, sealed_at
on appraisals
begin
    select raise(abort, 'an appraisal is sealed');
end;
alter table installation drop column emptying;
alter table appraisal_addenda drop column certificate_id;
