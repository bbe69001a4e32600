create function log_note_change() returns trigger language plpgsql as $$
declare
    row_now jsonb := to_jsonb(new);
    part text := coalesce(nullif(current_setting('xueshi.noted', true), ''), '0');
    noted text;
begin
    noted := set_config(
        'xueshi.noted_' || part,
        coalesce(current_setting('xueshi.noted_' || part, true), '') || tg_relname || E'\t'
            || encode(sha256(convert_to(jsonb_strip_nulls(row_now)::text, 'UTF8')), 'hex') || E'\t'
            || case when tg_argv[0] = 'salted'
                then coalesce((row_now ->> 'jurisdiction_id') || '/' || (row_now ->> 'professional_id'), '') else '' end
            || E'\t' || (row_now ->> tg_argv[1])
            || coalesce('/' || (row_now ->> tg_argv[2]), '') || coalesce('/' || (row_now ->> tg_argv[3]), '')
            || coalesce('/' || (row_now ->> tg_argv[4]), '') || coalesce('/' || (row_now ->> tg_argv[5]), '') || E'\n',
        true
    );
    -- Parts of some thousand bytes: a long transaction does not copy all of it for every row.
    if octet_length(noted) > 16000 then
        part := set_config('xueshi.noted', (part::integer + 1)::text, true);
    end if;
    return null;
end
$$;

create function log_note_gone() returns trigger language plpgsql as $$
declare
    row_before jsonb := to_jsonb(old);
    part text := coalesce(nullif(current_setting('xueshi.noted', true), ''), '0');
    noted text;
begin
    noted := set_config(
        'xueshi.noted_' || part,
        coalesce(current_setting('xueshi.noted_' || part, true), '') || tg_relname || E'\t\t\t' || (row_before ->> tg_argv[0])
            || coalesce('/' || (row_before ->> tg_argv[1]), '') || coalesce('/' || (row_before ->> tg_argv[2]), '')
            || coalesce('/' || (row_before ->> tg_argv[3]), '') || coalesce('/' || (row_before ->> tg_argv[4]), '') || E'\n',
        true
    );
    if octet_length(noted) > 16000 then
        part := set_config('xueshi.noted', (part::integer + 1)::text, true);
    end if;
    return null;
end
$$;

create or replace trigger accounts_for_the_log after insert or update on accounts for each row execute function log_note_change('salted', 'id');
create or replace trigger accounts_gone_for_the_log after delete on accounts for each row execute function log_note_gone('id');
create or replace trigger accounts_moved_for_the_log after update of id on accounts for each row
    when (old.id is distinct from new.id) execute function log_note_gone('id');
create or replace trigger annual_records_for_the_log after insert or update on annual_records for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'year');
create or replace trigger annual_records_gone_for_the_log after delete on annual_records for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'year');
create or replace trigger annual_records_moved_for_the_log after update of jurisdiction_id, professional_id, year on annual_records for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.year is distinct from new.year) execute function log_note_gone('jurisdiction_id', 'professional_id', 'year');
create or replace trigger appeals_for_the_log after insert or update on appeals for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create or replace trigger appeals_gone_for_the_log after delete on appeals for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger appeals_moved_for_the_log after update of jurisdiction_id, professional_id, id on appeals for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger appraisal_addenda_for_the_log after insert or update on appraisal_addenda for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create or replace trigger appraisal_addenda_gone_for_the_log after delete on appraisal_addenda for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger appraisal_addenda_moved_for_the_log after update of jurisdiction_id, professional_id, id on appraisal_addenda for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger appraisals_for_the_log after insert or update on appraisals for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'year');
create or replace trigger appraisals_gone_for_the_log after delete on appraisals for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'year');
create or replace trigger appraisals_moved_for_the_log after update of jurisdiction_id, professional_id, year on appraisals for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.year is distinct from new.year) execute function log_note_gone('jurisdiction_id', 'professional_id', 'year');
create or replace trigger arrangements_for_the_log after insert or update on arrangements for each row execute function log_note_change('plain', 'jurisdiction_id', 'year');
create or replace trigger arrangements_gone_for_the_log after delete on arrangements for each row execute function log_note_gone('jurisdiction_id', 'year');
create or replace trigger arrangements_moved_for_the_log after update of jurisdiction_id, year on arrangements for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.year is distinct from new.year) execute function log_note_gone('jurisdiction_id', 'year');
create or replace trigger attachments_for_the_log after insert or update on attachments for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create or replace trigger attachments_gone_for_the_log after delete on attachments for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger attachments_moved_for_the_log after update of jurisdiction_id, professional_id, id on attachments for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger certificates_for_the_log after insert or update on certificates for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create or replace trigger certificates_gone_for_the_log after delete on certificates for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger certificates_moved_for_the_log after update of jurisdiction_id, professional_id, id on certificates for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger classes_for_the_log after insert or update on classes for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create or replace trigger classes_gone_for_the_log after delete on classes for each row execute function log_note_gone('jurisdiction_id', 'id');
create or replace trigger classes_moved_for_the_log after update of jurisdiction_id, id on classes for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'id');
create or replace trigger clients_for_the_log after insert or update on clients for each row execute function log_note_change('plain', 'id');
create or replace trigger clients_gone_for_the_log after delete on clients for each row execute function log_note_gone('id');
create or replace trigger clients_moved_for_the_log after update of id on clients for each row
    when (old.id is distinct from new.id) execute function log_note_gone('id');
create or replace trigger declarations_for_the_log after insert or update on declarations for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create or replace trigger declarations_gone_for_the_log after delete on declarations for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger declarations_moved_for_the_log after update of jurisdiction_id, professional_id, id on declarations for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger employment_requests_for_the_log after insert or update on employment_requests for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create or replace trigger employment_requests_gone_for_the_log after delete on employment_requests for each row execute function log_note_gone('jurisdiction_id', 'id');
create or replace trigger employment_requests_moved_for_the_log after update of jurisdiction_id, id on employment_requests for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'id');
create or replace trigger employments_for_the_log after insert or update on employments for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create or replace trigger employments_gone_for_the_log after delete on employments for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger employments_moved_for_the_log after update of jurisdiction_id, professional_id, id on employments for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger exemption_acts_for_the_log after insert or update on exemption_acts for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create or replace trigger exemption_acts_gone_for_the_log after delete on exemption_acts for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger exemption_acts_moved_for_the_log after update of jurisdiction_id, professional_id, id on exemption_acts for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger exemptions_for_the_log after insert or update on exemptions for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create or replace trigger exemptions_gone_for_the_log after delete on exemptions for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger exemptions_moved_for_the_log after update of jurisdiction_id, professional_id, id on exemptions for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger explanations_for_the_log after insert or update on explanations for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create or replace trigger explanations_gone_for_the_log after delete on explanations for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger explanations_moved_for_the_log after update of jurisdiction_id, professional_id, id on explanations for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger filing_acts_for_the_log after insert or update on filing_acts for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create or replace trigger filing_acts_gone_for_the_log after delete on filing_acts for each row execute function log_note_gone('jurisdiction_id', 'id');
create or replace trigger filing_acts_moved_for_the_log after update of jurisdiction_id, id on filing_acts for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'id');
create or replace trigger filings_for_the_log after insert or update on filings for each row execute function log_note_change('plain', 'jurisdiction_id', 'organization_id', 'year');
create or replace trigger filings_gone_for_the_log after delete on filings for each row execute function log_note_gone('jurisdiction_id', 'organization_id', 'year');
create or replace trigger filings_moved_for_the_log after update of jurisdiction_id, organization_id, year on filings for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.organization_id is distinct from new.organization_id or old.year is distinct from new.year) execute function log_note_gone('jurisdiction_id', 'organization_id', 'year');
create or replace trigger funding_report_revisions_for_the_log after insert or update on funding_report_revisions for each row execute function log_note_change('plain', 'jurisdiction_id', 'organization_id', 'year', 'revision');
create or replace trigger funding_report_revisions_gone_for_the_log after delete on funding_report_revisions for each row execute function log_note_gone('jurisdiction_id', 'organization_id', 'year', 'revision');
create or replace trigger funding_report_revisions_moved_for_the_log after update of jurisdiction_id, organization_id, year, revision on funding_report_revisions for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.organization_id is distinct from new.organization_id or old.year is distinct from new.year or old.revision is distinct from new.revision) execute function log_note_gone('jurisdiction_id', 'organization_id', 'year', 'revision');
create or replace trigger funding_reports_for_the_log after insert or update on funding_reports for each row execute function log_note_change('plain', 'jurisdiction_id', 'organization_id', 'year');
create or replace trigger funding_reports_gone_for_the_log after delete on funding_reports for each row execute function log_note_gone('jurisdiction_id', 'organization_id', 'year');
create or replace trigger funding_reports_moved_for_the_log after update of jurisdiction_id, organization_id, year on funding_reports for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.organization_id is distinct from new.organization_id or old.year is distinct from new.year) execute function log_note_gone('jurisdiction_id', 'organization_id', 'year');
create or replace trigger grants_for_the_log after insert or update on grants for each row execute function log_note_change('plain', 'id');
create or replace trigger grants_gone_for_the_log after delete on grants for each row execute function log_note_gone('id');
create or replace trigger grants_moved_for_the_log after update of id on grants for each row
    when (old.id is distinct from new.id) execute function log_note_gone('id');
create or replace trigger jurisdictions_for_the_log after insert or update on jurisdictions for each row execute function log_note_change('plain', 'id');
create or replace trigger jurisdictions_gone_for_the_log after delete on jurisdictions for each row execute function log_note_gone('id');
create or replace trigger jurisdictions_moved_for_the_log after update of id on jurisdictions for each row
    when (old.id is distinct from new.id) execute function log_note_gone('id');
create or replace trigger lapses_for_the_log after insert or update on lapses for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'declaration_id');
create or replace trigger lapses_gone_for_the_log after delete on lapses for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'declaration_id');
create or replace trigger lapses_moved_for_the_log after update of jurisdiction_id, professional_id, declaration_id on lapses for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.declaration_id is distinct from new.declaration_id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'declaration_id');
create or replace trigger learning_records_for_the_log after insert or update on learning_records for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create or replace trigger learning_records_gone_for_the_log after delete on learning_records for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger learning_records_moved_for_the_log after update of jurisdiction_id, professional_id, id on learning_records for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger makeup_applications_for_the_log after insert or update on makeup_applications for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create or replace trigger makeup_applications_gone_for_the_log after delete on makeup_applications for each row execute function log_note_gone('jurisdiction_id', 'id');
create or replace trigger makeup_applications_moved_for_the_log after update of jurisdiction_id, id on makeup_applications for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'id');
create or replace trigger makeup_bodies_for_the_log after insert or update on makeup_bodies for each row execute function log_note_change('plain', 'jurisdiction_id', 'organization_id');
create or replace trigger makeup_bodies_gone_for_the_log after delete on makeup_bodies for each row execute function log_note_gone('jurisdiction_id', 'organization_id');
create or replace trigger makeup_bodies_moved_for_the_log after update of jurisdiction_id, organization_id on makeup_bodies for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.organization_id is distinct from new.organization_id) execute function log_note_gone('jurisdiction_id', 'organization_id');
create or replace trigger makeup_grants_for_the_log after insert or update on makeup_grants for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create or replace trigger makeup_grants_gone_for_the_log after delete on makeup_grants for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger makeup_grants_moved_for_the_log after update of jurisdiction_id, professional_id, id on makeup_grants for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger makeup_items_for_the_log after insert or update on makeup_items for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create or replace trigger makeup_items_gone_for_the_log after delete on makeup_items for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger makeup_items_moved_for_the_log after update of jurisdiction_id, professional_id, id on makeup_items for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger makeup_reviews_for_the_log after insert or update on makeup_reviews for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create or replace trigger makeup_reviews_gone_for_the_log after delete on makeup_reviews for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger makeup_reviews_moved_for_the_log after update of jurisdiction_id, professional_id, id on makeup_reviews for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger organizations_for_the_log after insert or update on organizations for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create or replace trigger organizations_gone_for_the_log after delete on organizations for each row execute function log_note_gone('jurisdiction_id', 'id');
create or replace trigger organizations_moved_for_the_log after update of jurisdiction_id, id on organizations for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'id');
create or replace trigger person_merges_for_the_log after insert or update on person_merges for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create or replace trigger person_merges_gone_for_the_log after delete on person_merges for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger person_merges_moved_for_the_log after update of jurisdiction_id, professional_id, id on person_merges for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger plan_amendments_for_the_log after insert or update on plan_amendments for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create or replace trigger plan_amendments_gone_for_the_log after delete on plan_amendments for each row execute function log_note_gone('jurisdiction_id', 'id');
create or replace trigger plan_amendments_moved_for_the_log after update of jurisdiction_id, id on plan_amendments for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'id');
create or replace trigger plan_item_versions_for_the_log after insert or update on plan_item_versions for each row execute function log_note_change('plain', 'jurisdiction_id', 'item_id', 'version');
create or replace trigger plan_item_versions_gone_for_the_log after delete on plan_item_versions for each row execute function log_note_gone('jurisdiction_id', 'item_id', 'version');
create or replace trigger plan_item_versions_moved_for_the_log after update of jurisdiction_id, item_id, version on plan_item_versions for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.item_id is distinct from new.item_id or old.version is distinct from new.version) execute function log_note_gone('jurisdiction_id', 'item_id', 'version');
create or replace trigger plan_items_for_the_log after insert or update on plan_items for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create or replace trigger plan_items_gone_for_the_log after delete on plan_items for each row execute function log_note_gone('jurisdiction_id', 'id');
create or replace trigger plan_items_moved_for_the_log after update of jurisdiction_id, id on plan_items for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'id');
create or replace trigger platforms_for_the_log after insert or update on platforms for each row execute function log_note_change('plain', 'jurisdiction_id', 'code');
create or replace trigger platforms_gone_for_the_log after delete on platforms for each row execute function log_note_gone('jurisdiction_id', 'code');
create or replace trigger platforms_moved_for_the_log after update of jurisdiction_id, code on platforms for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.code is distinct from new.code) execute function log_note_gone('jurisdiction_id', 'code');
create or replace trigger policies_for_the_log after insert or update on policies for each row execute function log_note_change('plain', 'jurisdiction_id', 'year', 'version');
create or replace trigger policies_gone_for_the_log after delete on policies for each row execute function log_note_gone('jurisdiction_id', 'year', 'version');
create or replace trigger policies_moved_for_the_log after update of jurisdiction_id, year, version on policies for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.year is distinct from new.year or old.version is distinct from new.version) execute function log_note_gone('jurisdiction_id', 'year', 'version');
create or replace trigger professional_identities_for_the_log after insert or update on professional_identities for each row execute function log_note_change('plain', 'jurisdiction_id', 'id_hash');
create or replace trigger professional_identities_gone_for_the_log after delete on professional_identities for each row execute function log_note_gone('jurisdiction_id', 'id_hash');
create or replace trigger professional_identities_moved_for_the_log after update of jurisdiction_id, id_hash on professional_identities for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.id_hash is distinct from new.id_hash) execute function log_note_gone('jurisdiction_id', 'id_hash');
create or replace trigger professionals_for_the_log after insert or update on professionals for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id');
create or replace trigger professionals_gone_for_the_log after delete on professionals for each row execute function log_note_gone('jurisdiction_id', 'professional_id');
create or replace trigger professionals_moved_for_the_log after update of jurisdiction_id, professional_id on professionals for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id) execute function log_note_gone('jurisdiction_id', 'professional_id');
create or replace trigger record_acts_for_the_log after insert or update on record_acts for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create or replace trigger record_acts_gone_for_the_log after delete on record_acts for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger record_acts_moved_for_the_log after update of jurisdiction_id, professional_id, id on record_acts for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger refusals_for_the_log after insert or update on refusals for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create or replace trigger refusals_gone_for_the_log after delete on refusals for each row execute function log_note_gone('jurisdiction_id', 'id');
create or replace trigger refusals_moved_for_the_log after update of jurisdiction_id, id on refusals for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'id');
create or replace trigger registrations_for_the_log after insert or update on registrations for each row execute function log_note_change('plain', 'jurisdiction_id', 'account_id');
create or replace trigger registrations_gone_for_the_log after delete on registrations for each row execute function log_note_gone('jurisdiction_id', 'account_id');
create or replace trigger registrations_moved_for_the_log after update of jurisdiction_id, account_id on registrations for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.account_id is distinct from new.account_id) execute function log_note_gone('jurisdiction_id', 'account_id');
create or replace trigger reported_years_for_the_log after insert or update on reported_years for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'year');
create or replace trigger reported_years_gone_for_the_log after delete on reported_years for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'year');
create or replace trigger reported_years_moved_for_the_log after update of jurisdiction_id, professional_id, year on reported_years for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.year is distinct from new.year) execute function log_note_gone('jurisdiction_id', 'professional_id', 'year');
create or replace trigger reviews_for_the_log after insert or update on reviews for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create or replace trigger reviews_gone_for_the_log after delete on reviews for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger reviews_moved_for_the_log after update of jurisdiction_id, professional_id, id on reviews for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger roster_lines_for_the_log after insert or update on roster_lines for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'class_id', 'revision');
create or replace trigger roster_lines_gone_for_the_log after delete on roster_lines for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'class_id', 'revision');
create or replace trigger roster_lines_moved_for_the_log after update of jurisdiction_id, professional_id, class_id, revision on roster_lines for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.class_id is distinct from new.class_id or old.revision is distinct from new.revision) execute function log_note_gone('jurisdiction_id', 'professional_id', 'class_id', 'revision');
create or replace trigger roster_revisions_for_the_log after insert or update on roster_revisions for each row execute function log_note_change('plain', 'jurisdiction_id', 'class_id', 'revision');
create or replace trigger roster_revisions_gone_for_the_log after delete on roster_revisions for each row execute function log_note_gone('jurisdiction_id', 'class_id', 'revision');
create or replace trigger roster_revisions_moved_for_the_log after update of jurisdiction_id, class_id, revision on roster_revisions for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.class_id is distinct from new.class_id or old.revision is distinct from new.revision) execute function log_note_gone('jurisdiction_id', 'class_id', 'revision');
create or replace trigger seminar_admissions_for_the_log after insert or update on seminar_admissions for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'seminar_id');
create or replace trigger seminar_admissions_gone_for_the_log after delete on seminar_admissions for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'seminar_id');
create or replace trigger seminar_admissions_moved_for_the_log after update of jurisdiction_id, professional_id, seminar_id on seminar_admissions for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.seminar_id is distinct from new.seminar_id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'seminar_id');
create or replace trigger seminar_steps_for_the_log after insert or update on seminar_steps for each row execute function log_note_change('plain', 'jurisdiction_id', 'seminar_id', 'version');
create or replace trigger seminar_steps_gone_for_the_log after delete on seminar_steps for each row execute function log_note_gone('jurisdiction_id', 'seminar_id', 'version');
create or replace trigger seminar_steps_moved_for_the_log after update of jurisdiction_id, seminar_id, version on seminar_steps for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.seminar_id is distinct from new.seminar_id or old.version is distinct from new.version) execute function log_note_gone('jurisdiction_id', 'seminar_id', 'version');
create or replace trigger seminars_for_the_log after insert or update on seminars for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create or replace trigger seminars_gone_for_the_log after delete on seminars for each row execute function log_note_gone('jurisdiction_id', 'id');
create or replace trigger seminars_moved_for_the_log after update of jurisdiction_id, id on seminars for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'id');
create or replace trigger settlements_for_the_log after insert or update on settlements for each row execute function log_note_change('plain', 'jurisdiction_id', 'year');
create or replace trigger settlements_gone_for_the_log after delete on settlements for each row execute function log_note_gone('jurisdiction_id', 'year');
create or replace trigger settlements_moved_for_the_log after update of jurisdiction_id, year on settlements for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.year is distinct from new.year) execute function log_note_gone('jurisdiction_id', 'year');
create or replace trigger stage_visits_for_the_log after insert or update on stage_visits for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create or replace trigger stage_visits_gone_for_the_log after delete on stage_visits for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger stage_visits_moved_for_the_log after update of jurisdiction_id, professional_id, id on stage_visits for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger step_bases_for_the_log after insert or update on step_bases for each row execute function log_note_change('plain', 'jurisdiction_id', 'event_id');
create or replace trigger step_bases_gone_for_the_log after delete on step_bases for each row execute function log_note_gone('jurisdiction_id', 'event_id');
create or replace trigger step_bases_moved_for_the_log after update of jurisdiction_id, event_id on step_bases for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.event_id is distinct from new.event_id) execute function log_note_gone('jurisdiction_id', 'event_id');
create or replace trigger sync_conflicts_for_the_log after insert or update on sync_conflicts for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create or replace trigger sync_conflicts_gone_for_the_log after delete on sync_conflicts for each row execute function log_note_gone('jurisdiction_id', 'id');
create or replace trigger sync_conflicts_moved_for_the_log after update of jurisdiction_id, id on sync_conflicts for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'id');
create or replace trigger training_plans_for_the_log after insert or update on training_plans for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create or replace trigger training_plans_gone_for_the_log after delete on training_plans for each row execute function log_note_gone('jurisdiction_id', 'id');
create or replace trigger training_plans_moved_for_the_log after update of jurisdiction_id, id on training_plans for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'id');
create or replace trigger transfers_for_the_log after insert or update on transfers for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create or replace trigger transfers_gone_for_the_log after delete on transfers for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger transfers_moved_for_the_log after update of jurisdiction_id, professional_id, id on transfers for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create or replace trigger unit_registrations_for_the_log after insert or update on unit_registrations for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create or replace trigger unit_registrations_gone_for_the_log after delete on unit_registrations for each row execute function log_note_gone('jurisdiction_id', 'id');
create or replace trigger unit_registrations_moved_for_the_log after update of jurisdiction_id, id on unit_registrations for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'id');
create or replace trigger signing_keys_for_the_log after insert or update on signing_keys for each row execute function log_note_change('plain', 'kid');
create or replace trigger signing_keys_gone_for_the_log after delete on signing_keys for each row execute function log_note_gone('kid');
create or replace trigger signing_keys_moved_for_the_log after update of kid on signing_keys for each row
    when (old.kid is distinct from new.kid) execute function log_note_gone('kid');
create or replace trigger log_shapes_for_the_log after insert or update on log_shapes for each row execute function log_note_change('plain', 'covered');
create or replace trigger log_shapes_gone_for_the_log after delete on log_shapes for each row execute function log_note_gone('covered');
create or replace trigger log_shapes_moved_for_the_log after update of covered on log_shapes for each row
    when (old.covered is distinct from new.covered) execute function log_note_gone('covered');
create or replace trigger erasures_for_the_log after insert or update on erasures for each row execute function log_note_change('plain', 'jurisdiction_id', 'professional_id');
create or replace trigger erasures_gone_for_the_log after delete on erasures for each row execute function log_note_gone('jurisdiction_id', 'professional_id');
create or replace trigger erasures_moved_for_the_log after update of jurisdiction_id, professional_id on erasures for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id) execute function log_note_gone('jurisdiction_id', 'professional_id');

drop function log_note_accounts();
drop function log_note_gone_accounts();
drop function log_note_annual_records();
drop function log_note_gone_annual_records();
drop function log_note_appeals();
drop function log_note_gone_appeals();
drop function log_note_appraisal_addenda();
drop function log_note_gone_appraisal_addenda();
drop function log_note_appraisals();
drop function log_note_gone_appraisals();
drop function log_note_arrangements();
drop function log_note_gone_arrangements();
drop function log_note_attachments();
drop function log_note_gone_attachments();
drop function log_note_certificates();
drop function log_note_gone_certificates();
drop function log_note_classes();
drop function log_note_gone_classes();
drop function log_note_clients();
drop function log_note_gone_clients();
drop function log_note_declarations();
drop function log_note_gone_declarations();
drop function log_note_employment_requests();
drop function log_note_gone_employment_requests();
drop function log_note_employments();
drop function log_note_gone_employments();
drop function log_note_exemption_acts();
drop function log_note_gone_exemption_acts();
drop function log_note_exemptions();
drop function log_note_gone_exemptions();
drop function log_note_explanations();
drop function log_note_gone_explanations();
drop function log_note_filing_acts();
drop function log_note_gone_filing_acts();
drop function log_note_filings();
drop function log_note_gone_filings();
drop function log_note_funding_report_revisions();
drop function log_note_gone_funding_report_revisions();
drop function log_note_funding_reports();
drop function log_note_gone_funding_reports();
drop function log_note_grants();
drop function log_note_gone_grants();
drop function log_note_jurisdictions();
drop function log_note_gone_jurisdictions();
drop function log_note_lapses();
drop function log_note_gone_lapses();
drop function log_note_learning_records();
drop function log_note_gone_learning_records();
drop function log_note_makeup_applications();
drop function log_note_gone_makeup_applications();
drop function log_note_makeup_bodies();
drop function log_note_gone_makeup_bodies();
drop function log_note_makeup_grants();
drop function log_note_gone_makeup_grants();
drop function log_note_makeup_items();
drop function log_note_gone_makeup_items();
drop function log_note_makeup_reviews();
drop function log_note_gone_makeup_reviews();
drop function log_note_organizations();
drop function log_note_gone_organizations();
drop function log_note_person_merges();
drop function log_note_gone_person_merges();
drop function log_note_plan_amendments();
drop function log_note_gone_plan_amendments();
drop function log_note_plan_item_versions();
drop function log_note_gone_plan_item_versions();
drop function log_note_plan_items();
drop function log_note_gone_plan_items();
drop function log_note_platforms();
drop function log_note_gone_platforms();
drop function log_note_policies();
drop function log_note_gone_policies();
drop function log_note_professional_identities();
drop function log_note_gone_professional_identities();
drop function log_note_professionals();
drop function log_note_gone_professionals();
drop function log_note_record_acts();
drop function log_note_gone_record_acts();
drop function log_note_refusals();
drop function log_note_gone_refusals();
drop function log_note_registrations();
drop function log_note_gone_registrations();
drop function log_note_reported_years();
drop function log_note_gone_reported_years();
drop function log_note_reviews();
drop function log_note_gone_reviews();
drop function log_note_roster_lines();
drop function log_note_gone_roster_lines();
drop function log_note_roster_revisions();
drop function log_note_gone_roster_revisions();
drop function log_note_seminar_admissions();
drop function log_note_gone_seminar_admissions();
drop function log_note_seminar_steps();
drop function log_note_gone_seminar_steps();
drop function log_note_seminars();
drop function log_note_gone_seminars();
drop function log_note_settlements();
drop function log_note_gone_settlements();
drop function log_note_stage_visits();
drop function log_note_gone_stage_visits();
drop function log_note_step_bases();
drop function log_note_gone_step_bases();
drop function log_note_sync_conflicts();
drop function log_note_gone_sync_conflicts();
drop function log_note_training_plans();
drop function log_note_gone_training_plans();
drop function log_note_transfers();
drop function log_note_gone_transfers();
drop function log_note_unit_registrations();
drop function log_note_gone_unit_registrations();
drop function log_note_signing_keys();
drop function log_note_gone_signing_keys();
drop function log_note_log_shapes();
drop function log_note_gone_log_shapes();
drop function log_note_erasures();
drop function log_note_gone_erasures();

drop procedure log_cover(text, boolean, text[]);
drop function log_next_part();
drop function log_nobody_notes();
