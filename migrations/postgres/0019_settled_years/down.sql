drop trigger settlements_are_not_truncated on settlements;
drop trigger appraisal_addenda_are_not_truncated on appraisal_addenda;
drop trigger appraisals_are_not_truncated on appraisals;
drop trigger settlements_stay on settlements;
drop trigger settlements_are_final on settlements;
drop trigger appraisal_addenda_stay on appraisal_addenda;
drop trigger appraisals_stay on appraisals;
drop function settlements_are_final();
drop function settled_stays();
drop trigger appraisals_are_sealed on appraisals;
create trigger appraisals_are_sealed
before update of year, employer_id, authority_id, public_institution, outcome, approved_public, approved_professional,
    makeup_public, makeup_professional, certificate_id, policy_version, lapsed, lapsed_overdue, digest, sealed_at
on appraisals for each row execute function appraisals_are_sealed();
alter table installation drop column emptying;
alter table appraisal_addenda drop column certificate_id;
