-- U4, A3: whose sealed snapshot speaks for a year that came with a merged record. What was added to such a year until now bears the
-- id of the record that stood then; it belongs beside the snapshot.
alter table annual_records add column sealed_as blob;
update annual_records set sealed_as = (
    select min(appraisals.professional_id) from appraisals
    join person_merges on person_merges.jurisdiction_id = appraisals.jurisdiction_id
        and person_merges.merged_id = appraisals.professional_id
    where appraisals.jurisdiction_id = annual_records.jurisdiction_id
        and person_merges.professional_id = annual_records.professional_id
        and appraisals.year = annual_records.year
)
where settled_at is not null and not exists (
    select 1 from appraisals
    where appraisals.jurisdiction_id = annual_records.jurisdiction_id
        and appraisals.professional_id = annual_records.professional_id
        and appraisals.year = annual_records.year
);
update appraisal_addenda set professional_id = (
    select sealed_as from annual_records
    where annual_records.jurisdiction_id = appraisal_addenda.jurisdiction_id
        and annual_records.professional_id = appraisal_addenda.professional_id
        and annual_records.year = appraisal_addenda.year
)
where exists (
    select 1 from annual_records
    where annual_records.jurisdiction_id = appraisal_addenda.jurisdiction_id
        and annual_records.professional_id = appraisal_addenda.professional_id
        and annual_records.year = appraisal_addenda.year
        and annual_records.sealed_as is not null
);
-- Of a record that was merged in its turn: it has neither the year nor a seal of its own any more.
update appraisal_addenda set professional_id = (
    select annual_records.sealed_as from annual_records
    join person_merges on person_merges.jurisdiction_id = annual_records.jurisdiction_id
        and person_merges.professional_id = annual_records.professional_id
    where annual_records.jurisdiction_id = appraisal_addenda.jurisdiction_id
        and person_merges.merged_id = appraisal_addenda.professional_id
        and annual_records.year = appraisal_addenda.year
)
where not exists (
    select 1 from appraisals
    where appraisals.jurisdiction_id = appraisal_addenda.jurisdiction_id
        and appraisals.professional_id = appraisal_addenda.professional_id
        and appraisals.year = appraisal_addenda.year
) and exists (
    select 1 from annual_records
    join person_merges on person_merges.jurisdiction_id = annual_records.jurisdiction_id
        and person_merges.professional_id = annual_records.professional_id
    where annual_records.jurisdiction_id = appraisal_addenda.jurisdiction_id
        and person_merges.merged_id = appraisal_addenda.professional_id
        and annual_records.year = appraisal_addenda.year
        and annual_records.sealed_as is not null
);
