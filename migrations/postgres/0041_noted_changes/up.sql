-- What a transaction does to covered rows (ADR 0027) is noted in settings of the transaction itself: no table has to be emptied at its
-- end, and a rollback to a savepoint takes back what was noted behind it. A part of them has some thousand bytes, so that a long
-- transaction does not copy all of it for every row.
create function log_note(line text) returns void language plpgsql as $$
declare
    part integer := coalesce(nullif(current_setting('xueshi.noted', true), ''), '0');
    before text := coalesce(current_setting('xueshi.noted_' || part, true), '');
begin
    if octet_length(before) > 16000 then
        part := part + 1;
        before := '';
        perform set_config('xueshi.noted', part::text, true);
    end if;
    perform set_config('xueshi.noted_' || part, before || line || E'\n', true);
end
$$;

-- Notes a row that was put in or changed: its table, the digest of its form, the person whom it is about, and its key. The form is the row
-- as JSON without its nulls. The first argument says whether the table is salted, the others are the columns of its key.
create or replace function log_note_change() returns trigger language plpgsql as $$
declare
    row_now jsonb;
    person text := '';
    row_key text;
begin
    if current_setting('xueshi.transparency', true) = 'left' then
        return null;
    end if;
    row_now := to_jsonb(new);
    row_key := row_now ->> tg_argv[1];
    for place in 2 .. tg_nargs - 1 loop
        row_key := row_key || '/' || (row_now ->> tg_argv[place]);
    end loop;
    if tg_argv[0] = 'salted' then
        person := (row_now ->> 'jurisdiction_id') || '/' || (row_now ->> 'professional_id');
    end if;
    perform log_note(
        tg_relname || E'\t' || encode(sha256(convert_to(jsonb_strip_nulls(row_now)::text, 'UTF8')), 'hex')
            || E'\t' || coalesce(person, '') || E'\t' || row_key
    );
    return null;
end
$$;

-- Notes that there is no row with its former key any more.
create function log_note_gone() returns trigger language plpgsql as $$
declare
    row_before jsonb;
    row_key text;
begin
    if current_setting('xueshi.transparency', true) = 'left' then
        return null;
    end if;
    row_before := to_jsonb(old);
    row_key := row_before ->> tg_argv[0];
    for place in 1 .. tg_nargs - 1 loop
        row_key := row_key || '/' || (row_before ->> tg_argv[place]);
    end loop;
    perform log_note(tg_relname || E'\t\t\t' || row_key);
    return null;
end
$$;

drop function log_noted_changes();

-- What the present transaction did to covered rows, in order, with the salts of the people whom they are about; it is forgotten then.
create function log_noted_changes() returns table (line text, salt bytea) language plpgsql as $$
declare
    noted text;
    person text;
    before text := '';
    of_person bytea;
begin
    -- Digests are those of the row's text, which depends on these two.
    if current_setting('timezone') <> 'Asia/Shanghai' or current_setting('bytea_output') <> 'hex' then
        raise exception 'the transparency log needs the settings that the service makes for its sessions';
    end if;
    for part in 0 .. coalesce(nullif(current_setting('xueshi.noted', true), ''), '0')::integer loop
        noted := current_setting('xueshi.noted_' || part, true);
        continue when coalesce(noted, '') = '';
        perform set_config('xueshi.noted_' || part, '', true);
        foreach line in array string_to_array(rtrim(noted, E'\n'), E'\n') loop
            person := split_part(line, E'\t', 3);
            if person not in ('', before) then
                select p.log_salt into of_person from professionals as p
                where p.jurisdiction_id = split_part(person, '/', 1)::uuid and p.professional_id = split_part(person, '/', 2)::uuid;
                before := person;
            end if;
            salt := case when person <> '' then of_person end;
            return next;
        end loop;
    end loop;
    perform set_config('xueshi.noted', '', true);
end
$$;

drop trigger accounts_for_the_log on accounts;
create trigger accounts_for_the_log after insert or update on accounts for each row execute function log_note_change('salted', 'id');
create trigger accounts_gone_for_the_log after delete on accounts for each row execute function log_note_gone('id');
create trigger accounts_moved_for_the_log after update of id on accounts for each row
    when (old.id is distinct from new.id) execute function log_note_gone('id');
drop trigger annual_records_for_the_log on annual_records;
create trigger annual_records_for_the_log after insert or update on annual_records for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'year');
create trigger annual_records_gone_for_the_log after delete on annual_records for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'year');
create trigger annual_records_moved_for_the_log after update of jurisdiction_id, professional_id, year on annual_records for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.year is distinct from new.year) execute function log_note_gone('jurisdiction_id', 'professional_id', 'year');
drop trigger appeals_for_the_log on appeals;
create trigger appeals_for_the_log after insert or update on appeals for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger appeals_gone_for_the_log after delete on appeals for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create trigger appeals_moved_for_the_log after update of jurisdiction_id, professional_id, id on appeals for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
drop trigger appraisal_addenda_for_the_log on appraisal_addenda;
create trigger appraisal_addenda_for_the_log after insert or update on appraisal_addenda for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger appraisal_addenda_gone_for_the_log after delete on appraisal_addenda for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create trigger appraisal_addenda_moved_for_the_log after update of jurisdiction_id, professional_id, id on appraisal_addenda for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
drop trigger appraisals_for_the_log on appraisals;
create trigger appraisals_for_the_log after insert or update on appraisals for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'year');
create trigger appraisals_gone_for_the_log after delete on appraisals for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'year');
create trigger appraisals_moved_for_the_log after update of jurisdiction_id, professional_id, year on appraisals for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.year is distinct from new.year) execute function log_note_gone('jurisdiction_id', 'professional_id', 'year');
drop trigger arrangements_for_the_log on arrangements;
create trigger arrangements_for_the_log after insert or update on arrangements for each row execute function log_note_change('plain', 'jurisdiction_id', 'year');
create trigger arrangements_gone_for_the_log after delete on arrangements for each row execute function log_note_gone('jurisdiction_id', 'year');
create trigger arrangements_moved_for_the_log after update of jurisdiction_id, year on arrangements for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.year is distinct from new.year) execute function log_note_gone('jurisdiction_id', 'year');
drop trigger attachments_for_the_log on attachments;
create trigger attachments_for_the_log after insert or update on attachments for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger attachments_gone_for_the_log after delete on attachments for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create trigger attachments_moved_for_the_log after update of jurisdiction_id, professional_id, id on attachments for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
drop trigger certificates_for_the_log on certificates;
create trigger certificates_for_the_log after insert or update on certificates for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger certificates_gone_for_the_log after delete on certificates for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create trigger certificates_moved_for_the_log after update of jurisdiction_id, professional_id, id on certificates for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
drop trigger classes_for_the_log on classes;
create trigger classes_for_the_log after insert or update on classes for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create trigger classes_gone_for_the_log after delete on classes for each row execute function log_note_gone('jurisdiction_id', 'id');
create trigger classes_moved_for_the_log after update of jurisdiction_id, id on classes for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'id');
drop trigger clients_for_the_log on clients;
create trigger clients_for_the_log after insert or update on clients for each row execute function log_note_change('plain', 'id');
create trigger clients_gone_for_the_log after delete on clients for each row execute function log_note_gone('id');
create trigger clients_moved_for_the_log after update of id on clients for each row
    when (old.id is distinct from new.id) execute function log_note_gone('id');
drop trigger declarations_for_the_log on declarations;
create trigger declarations_for_the_log after insert or update on declarations for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger declarations_gone_for_the_log after delete on declarations for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create trigger declarations_moved_for_the_log after update of jurisdiction_id, professional_id, id on declarations for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
drop trigger employment_requests_for_the_log on employment_requests;
create trigger employment_requests_for_the_log after insert or update on employment_requests for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create trigger employment_requests_gone_for_the_log after delete on employment_requests for each row execute function log_note_gone('jurisdiction_id', 'id');
create trigger employment_requests_moved_for_the_log after update of jurisdiction_id, id on employment_requests for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'id');
drop trigger employments_for_the_log on employments;
create trigger employments_for_the_log after insert or update on employments for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger employments_gone_for_the_log after delete on employments for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create trigger employments_moved_for_the_log after update of jurisdiction_id, professional_id, id on employments for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
drop trigger exemption_acts_for_the_log on exemption_acts;
create trigger exemption_acts_for_the_log after insert or update on exemption_acts for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger exemption_acts_gone_for_the_log after delete on exemption_acts for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create trigger exemption_acts_moved_for_the_log after update of jurisdiction_id, professional_id, id on exemption_acts for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
drop trigger exemptions_for_the_log on exemptions;
create trigger exemptions_for_the_log after insert or update on exemptions for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger exemptions_gone_for_the_log after delete on exemptions for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create trigger exemptions_moved_for_the_log after update of jurisdiction_id, professional_id, id on exemptions for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
drop trigger explanations_for_the_log on explanations;
create trigger explanations_for_the_log after insert or update on explanations for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger explanations_gone_for_the_log after delete on explanations for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create trigger explanations_moved_for_the_log after update of jurisdiction_id, professional_id, id on explanations for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
drop trigger filing_acts_for_the_log on filing_acts;
create trigger filing_acts_for_the_log after insert or update on filing_acts for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create trigger filing_acts_gone_for_the_log after delete on filing_acts for each row execute function log_note_gone('jurisdiction_id', 'id');
create trigger filing_acts_moved_for_the_log after update of jurisdiction_id, id on filing_acts for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'id');
drop trigger filings_for_the_log on filings;
create trigger filings_for_the_log after insert or update on filings for each row execute function log_note_change('plain', 'jurisdiction_id', 'organization_id', 'year');
create trigger filings_gone_for_the_log after delete on filings for each row execute function log_note_gone('jurisdiction_id', 'organization_id', 'year');
create trigger filings_moved_for_the_log after update of jurisdiction_id, organization_id, year on filings for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.organization_id is distinct from new.organization_id or old.year is distinct from new.year) execute function log_note_gone('jurisdiction_id', 'organization_id', 'year');
drop trigger funding_report_revisions_for_the_log on funding_report_revisions;
create trigger funding_report_revisions_for_the_log after insert or update on funding_report_revisions for each row execute function log_note_change('plain', 'jurisdiction_id', 'organization_id', 'year', 'revision');
create trigger funding_report_revisions_gone_for_the_log after delete on funding_report_revisions for each row execute function log_note_gone('jurisdiction_id', 'organization_id', 'year', 'revision');
create trigger funding_report_revisions_moved_for_the_log after update of jurisdiction_id, organization_id, year, revision on funding_report_revisions for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.organization_id is distinct from new.organization_id or old.year is distinct from new.year or old.revision is distinct from new.revision) execute function log_note_gone('jurisdiction_id', 'organization_id', 'year', 'revision');
drop trigger funding_reports_for_the_log on funding_reports;
create trigger funding_reports_for_the_log after insert or update on funding_reports for each row execute function log_note_change('plain', 'jurisdiction_id', 'organization_id', 'year');
create trigger funding_reports_gone_for_the_log after delete on funding_reports for each row execute function log_note_gone('jurisdiction_id', 'organization_id', 'year');
create trigger funding_reports_moved_for_the_log after update of jurisdiction_id, organization_id, year on funding_reports for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.organization_id is distinct from new.organization_id or old.year is distinct from new.year) execute function log_note_gone('jurisdiction_id', 'organization_id', 'year');
drop trigger grants_for_the_log on grants;
create trigger grants_for_the_log after insert or update on grants for each row execute function log_note_change('plain', 'id');
create trigger grants_gone_for_the_log after delete on grants for each row execute function log_note_gone('id');
create trigger grants_moved_for_the_log after update of id on grants for each row
    when (old.id is distinct from new.id) execute function log_note_gone('id');
drop trigger jurisdictions_for_the_log on jurisdictions;
create trigger jurisdictions_for_the_log after insert or update on jurisdictions for each row execute function log_note_change('plain', 'id');
create trigger jurisdictions_gone_for_the_log after delete on jurisdictions for each row execute function log_note_gone('id');
create trigger jurisdictions_moved_for_the_log after update of id on jurisdictions for each row
    when (old.id is distinct from new.id) execute function log_note_gone('id');
drop trigger lapses_for_the_log on lapses;
create trigger lapses_for_the_log after insert or update on lapses for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'declaration_id');
create trigger lapses_gone_for_the_log after delete on lapses for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'declaration_id');
create trigger lapses_moved_for_the_log after update of jurisdiction_id, professional_id, declaration_id on lapses for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.declaration_id is distinct from new.declaration_id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'declaration_id');
drop trigger learning_records_for_the_log on learning_records;
create trigger learning_records_for_the_log after insert or update on learning_records for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger learning_records_gone_for_the_log after delete on learning_records for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create trigger learning_records_moved_for_the_log after update of jurisdiction_id, professional_id, id on learning_records for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
drop trigger makeup_applications_for_the_log on makeup_applications;
create trigger makeup_applications_for_the_log after insert or update on makeup_applications for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create trigger makeup_applications_gone_for_the_log after delete on makeup_applications for each row execute function log_note_gone('jurisdiction_id', 'id');
create trigger makeup_applications_moved_for_the_log after update of jurisdiction_id, id on makeup_applications for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'id');
drop trigger makeup_bodies_for_the_log on makeup_bodies;
create trigger makeup_bodies_for_the_log after insert or update on makeup_bodies for each row execute function log_note_change('plain', 'jurisdiction_id', 'organization_id');
create trigger makeup_bodies_gone_for_the_log after delete on makeup_bodies for each row execute function log_note_gone('jurisdiction_id', 'organization_id');
create trigger makeup_bodies_moved_for_the_log after update of jurisdiction_id, organization_id on makeup_bodies for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.organization_id is distinct from new.organization_id) execute function log_note_gone('jurisdiction_id', 'organization_id');
drop trigger makeup_grants_for_the_log on makeup_grants;
create trigger makeup_grants_for_the_log after insert or update on makeup_grants for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger makeup_grants_gone_for_the_log after delete on makeup_grants for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create trigger makeup_grants_moved_for_the_log after update of jurisdiction_id, professional_id, id on makeup_grants for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
drop trigger makeup_items_for_the_log on makeup_items;
create trigger makeup_items_for_the_log after insert or update on makeup_items for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger makeup_items_gone_for_the_log after delete on makeup_items for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create trigger makeup_items_moved_for_the_log after update of jurisdiction_id, professional_id, id on makeup_items for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
drop trigger makeup_reviews_for_the_log on makeup_reviews;
create trigger makeup_reviews_for_the_log after insert or update on makeup_reviews for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger makeup_reviews_gone_for_the_log after delete on makeup_reviews for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create trigger makeup_reviews_moved_for_the_log after update of jurisdiction_id, professional_id, id on makeup_reviews for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
drop trigger organizations_for_the_log on organizations;
create trigger organizations_for_the_log after insert or update on organizations for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create trigger organizations_gone_for_the_log after delete on organizations for each row execute function log_note_gone('jurisdiction_id', 'id');
create trigger organizations_moved_for_the_log after update of jurisdiction_id, id on organizations for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'id');
drop trigger person_merges_for_the_log on person_merges;
create trigger person_merges_for_the_log after insert or update on person_merges for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger person_merges_gone_for_the_log after delete on person_merges for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create trigger person_merges_moved_for_the_log after update of jurisdiction_id, professional_id, id on person_merges for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
drop trigger plan_amendments_for_the_log on plan_amendments;
create trigger plan_amendments_for_the_log after insert or update on plan_amendments for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create trigger plan_amendments_gone_for_the_log after delete on plan_amendments for each row execute function log_note_gone('jurisdiction_id', 'id');
create trigger plan_amendments_moved_for_the_log after update of jurisdiction_id, id on plan_amendments for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'id');
drop trigger plan_item_versions_for_the_log on plan_item_versions;
create trigger plan_item_versions_for_the_log after insert or update on plan_item_versions for each row execute function log_note_change('plain', 'jurisdiction_id', 'item_id', 'version');
create trigger plan_item_versions_gone_for_the_log after delete on plan_item_versions for each row execute function log_note_gone('jurisdiction_id', 'item_id', 'version');
create trigger plan_item_versions_moved_for_the_log after update of jurisdiction_id, item_id, version on plan_item_versions for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.item_id is distinct from new.item_id or old.version is distinct from new.version) execute function log_note_gone('jurisdiction_id', 'item_id', 'version');
drop trigger plan_items_for_the_log on plan_items;
create trigger plan_items_for_the_log after insert or update on plan_items for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create trigger plan_items_gone_for_the_log after delete on plan_items for each row execute function log_note_gone('jurisdiction_id', 'id');
create trigger plan_items_moved_for_the_log after update of jurisdiction_id, id on plan_items for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'id');
drop trigger platforms_for_the_log on platforms;
create trigger platforms_for_the_log after insert or update on platforms for each row execute function log_note_change('plain', 'jurisdiction_id', 'code');
create trigger platforms_gone_for_the_log after delete on platforms for each row execute function log_note_gone('jurisdiction_id', 'code');
create trigger platforms_moved_for_the_log after update of jurisdiction_id, code on platforms for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.code is distinct from new.code) execute function log_note_gone('jurisdiction_id', 'code');
drop trigger policies_for_the_log on policies;
create trigger policies_for_the_log after insert or update on policies for each row execute function log_note_change('plain', 'jurisdiction_id', 'year', 'version');
create trigger policies_gone_for_the_log after delete on policies for each row execute function log_note_gone('jurisdiction_id', 'year', 'version');
create trigger policies_moved_for_the_log after update of jurisdiction_id, year, version on policies for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.year is distinct from new.year or old.version is distinct from new.version) execute function log_note_gone('jurisdiction_id', 'year', 'version');
drop trigger professional_identities_for_the_log on professional_identities;
create trigger professional_identities_for_the_log after insert or update on professional_identities for each row execute function log_note_change('plain', 'jurisdiction_id', 'id_hash');
create trigger professional_identities_gone_for_the_log after delete on professional_identities for each row execute function log_note_gone('jurisdiction_id', 'id_hash');
create trigger professional_identities_moved_for_the_log after update of jurisdiction_id, id_hash on professional_identities for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.id_hash is distinct from new.id_hash) execute function log_note_gone('jurisdiction_id', 'id_hash');
drop trigger professionals_for_the_log on professionals;
create trigger professionals_for_the_log after insert or update on professionals for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id');
create trigger professionals_gone_for_the_log after delete on professionals for each row execute function log_note_gone('jurisdiction_id', 'professional_id');
create trigger professionals_moved_for_the_log after update of jurisdiction_id, professional_id on professionals for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id) execute function log_note_gone('jurisdiction_id', 'professional_id');
drop trigger record_acts_for_the_log on record_acts;
create trigger record_acts_for_the_log after insert or update on record_acts for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger record_acts_gone_for_the_log after delete on record_acts for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create trigger record_acts_moved_for_the_log after update of jurisdiction_id, professional_id, id on record_acts for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
drop trigger refusals_for_the_log on refusals;
create trigger refusals_for_the_log after insert or update on refusals for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create trigger refusals_gone_for_the_log after delete on refusals for each row execute function log_note_gone('jurisdiction_id', 'id');
create trigger refusals_moved_for_the_log after update of jurisdiction_id, id on refusals for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'id');
drop trigger registrations_for_the_log on registrations;
create trigger registrations_for_the_log after insert or update on registrations for each row execute function log_note_change('plain', 'jurisdiction_id', 'account_id');
create trigger registrations_gone_for_the_log after delete on registrations for each row execute function log_note_gone('jurisdiction_id', 'account_id');
create trigger registrations_moved_for_the_log after update of jurisdiction_id, account_id on registrations for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.account_id is distinct from new.account_id) execute function log_note_gone('jurisdiction_id', 'account_id');
drop trigger reported_years_for_the_log on reported_years;
create trigger reported_years_for_the_log after insert or update on reported_years for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'year');
create trigger reported_years_gone_for_the_log after delete on reported_years for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'year');
create trigger reported_years_moved_for_the_log after update of jurisdiction_id, professional_id, year on reported_years for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.year is distinct from new.year) execute function log_note_gone('jurisdiction_id', 'professional_id', 'year');
drop trigger reviews_for_the_log on reviews;
create trigger reviews_for_the_log after insert or update on reviews for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger reviews_gone_for_the_log after delete on reviews for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create trigger reviews_moved_for_the_log after update of jurisdiction_id, professional_id, id on reviews for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
drop trigger roster_lines_for_the_log on roster_lines;
create trigger roster_lines_for_the_log after insert or update on roster_lines for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'class_id', 'revision');
create trigger roster_lines_gone_for_the_log after delete on roster_lines for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'class_id', 'revision');
create trigger roster_lines_moved_for_the_log after update of jurisdiction_id, professional_id, class_id, revision on roster_lines for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.class_id is distinct from new.class_id or old.revision is distinct from new.revision) execute function log_note_gone('jurisdiction_id', 'professional_id', 'class_id', 'revision');
drop trigger roster_revisions_for_the_log on roster_revisions;
create trigger roster_revisions_for_the_log after insert or update on roster_revisions for each row execute function log_note_change('plain', 'jurisdiction_id', 'class_id', 'revision');
create trigger roster_revisions_gone_for_the_log after delete on roster_revisions for each row execute function log_note_gone('jurisdiction_id', 'class_id', 'revision');
create trigger roster_revisions_moved_for_the_log after update of jurisdiction_id, class_id, revision on roster_revisions for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.class_id is distinct from new.class_id or old.revision is distinct from new.revision) execute function log_note_gone('jurisdiction_id', 'class_id', 'revision');
drop trigger seminar_admissions_for_the_log on seminar_admissions;
create trigger seminar_admissions_for_the_log after insert or update on seminar_admissions for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'seminar_id');
create trigger seminar_admissions_gone_for_the_log after delete on seminar_admissions for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'seminar_id');
create trigger seminar_admissions_moved_for_the_log after update of jurisdiction_id, professional_id, seminar_id on seminar_admissions for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.seminar_id is distinct from new.seminar_id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'seminar_id');
drop trigger seminar_steps_for_the_log on seminar_steps;
create trigger seminar_steps_for_the_log after insert or update on seminar_steps for each row execute function log_note_change('plain', 'jurisdiction_id', 'seminar_id', 'version');
create trigger seminar_steps_gone_for_the_log after delete on seminar_steps for each row execute function log_note_gone('jurisdiction_id', 'seminar_id', 'version');
create trigger seminar_steps_moved_for_the_log after update of jurisdiction_id, seminar_id, version on seminar_steps for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.seminar_id is distinct from new.seminar_id or old.version is distinct from new.version) execute function log_note_gone('jurisdiction_id', 'seminar_id', 'version');
drop trigger seminars_for_the_log on seminars;
create trigger seminars_for_the_log after insert or update on seminars for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create trigger seminars_gone_for_the_log after delete on seminars for each row execute function log_note_gone('jurisdiction_id', 'id');
create trigger seminars_moved_for_the_log after update of jurisdiction_id, id on seminars for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'id');
drop trigger settlements_for_the_log on settlements;
create trigger settlements_for_the_log after insert or update on settlements for each row execute function log_note_change('plain', 'jurisdiction_id', 'year');
create trigger settlements_gone_for_the_log after delete on settlements for each row execute function log_note_gone('jurisdiction_id', 'year');
create trigger settlements_moved_for_the_log after update of jurisdiction_id, year on settlements for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.year is distinct from new.year) execute function log_note_gone('jurisdiction_id', 'year');
drop trigger stage_visits_for_the_log on stage_visits;
create trigger stage_visits_for_the_log after insert or update on stage_visits for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger stage_visits_gone_for_the_log after delete on stage_visits for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create trigger stage_visits_moved_for_the_log after update of jurisdiction_id, professional_id, id on stage_visits for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
drop trigger step_bases_for_the_log on step_bases;
create trigger step_bases_for_the_log after insert or update on step_bases for each row execute function log_note_change('plain', 'jurisdiction_id', 'event_id');
create trigger step_bases_gone_for_the_log after delete on step_bases for each row execute function log_note_gone('jurisdiction_id', 'event_id');
create trigger step_bases_moved_for_the_log after update of jurisdiction_id, event_id on step_bases for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.event_id is distinct from new.event_id) execute function log_note_gone('jurisdiction_id', 'event_id');
drop trigger sync_conflicts_for_the_log on sync_conflicts;
create trigger sync_conflicts_for_the_log after insert or update on sync_conflicts for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create trigger sync_conflicts_gone_for_the_log after delete on sync_conflicts for each row execute function log_note_gone('jurisdiction_id', 'id');
create trigger sync_conflicts_moved_for_the_log after update of jurisdiction_id, id on sync_conflicts for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'id');
drop trigger training_plans_for_the_log on training_plans;
create trigger training_plans_for_the_log after insert or update on training_plans for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create trigger training_plans_gone_for_the_log after delete on training_plans for each row execute function log_note_gone('jurisdiction_id', 'id');
create trigger training_plans_moved_for_the_log after update of jurisdiction_id, id on training_plans for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'id');
drop trigger transfers_for_the_log on transfers;
create trigger transfers_for_the_log after insert or update on transfers for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger transfers_gone_for_the_log after delete on transfers for each row execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
create trigger transfers_moved_for_the_log after update of jurisdiction_id, professional_id, id on transfers for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'professional_id', 'id');
drop trigger unit_registrations_for_the_log on unit_registrations;
create trigger unit_registrations_for_the_log after insert or update on unit_registrations for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create trigger unit_registrations_gone_for_the_log after delete on unit_registrations for each row execute function log_note_gone('jurisdiction_id', 'id');
create trigger unit_registrations_moved_for_the_log after update of jurisdiction_id, id on unit_registrations for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.id is distinct from new.id) execute function log_note_gone('jurisdiction_id', 'id');
drop trigger signing_keys_for_the_log on signing_keys;
create trigger signing_keys_for_the_log after insert or update on signing_keys for each row execute function log_note_change('plain', 'kid');
create trigger signing_keys_gone_for_the_log after delete on signing_keys for each row execute function log_note_gone('kid');
create trigger signing_keys_moved_for_the_log after update of kid on signing_keys for each row
    when (old.kid is distinct from new.kid) execute function log_note_gone('kid');
drop trigger log_shapes_for_the_log on log_shapes;
create trigger log_shapes_for_the_log after insert or update on log_shapes for each row execute function log_note_change('plain', 'covered');
create trigger log_shapes_gone_for_the_log after delete on log_shapes for each row execute function log_note_gone('covered');
create trigger log_shapes_moved_for_the_log after update of covered on log_shapes for each row
    when (old.covered is distinct from new.covered) execute function log_note_gone('covered');
drop trigger erasures_for_the_log on erasures;
create trigger erasures_for_the_log after insert or update on erasures for each row execute function log_note_change('plain', 'jurisdiction_id', 'professional_id');
create trigger erasures_gone_for_the_log after delete on erasures for each row execute function log_note_gone('jurisdiction_id', 'professional_id');
create trigger erasures_moved_for_the_log after update of jurisdiction_id, professional_id on erasures for each row
    when (old.jurisdiction_id is distinct from new.jurisdiction_id or old.professional_id is distinct from new.professional_id) execute function log_note_gone('jurisdiction_id', 'professional_id');

drop function log_row_digest(boolean, jsonb);

-- An index whose condition names a value serves no question that has the value as a parameter.
drop index log_entries_by_leaf;
-- Entries that are not the service's have places below zero, each its own.
update log_entries set leaf_index = -(
    select count(*) from log_entries as refused where refused.leaf_index < 0 and refused.seq <= log_entries.seq
) where leaf_index < 0;
create unique index log_entries_by_leaf on log_entries (leaf_index) where leaf_index is not null;
drop index appeals_waiting;
create index appeals_waiting on appeals (jurisdiction_id, state, due_at);
drop index makeup_grants_ending;
create index makeup_grants_ending on makeup_grants (jurisdiction_id, state, register_until);
