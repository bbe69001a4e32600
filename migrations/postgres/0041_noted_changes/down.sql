drop index makeup_grants_ending;
create index makeup_grants_ending on makeup_grants (jurisdiction_id, register_until) where state = 'granted';
drop index appeals_waiting;
create index appeals_waiting on appeals (jurisdiction_id, due_at) where state = 'submitted';
drop index log_entries_by_leaf;
update log_entries set leaf_index = -1 where leaf_index < 0;
create unique index log_entries_by_leaf on log_entries (leaf_index) where leaf_index >= 0;
drop function log_noted_changes();
-- The digest of a covered row: SHA-256 of the salt of the person whom it is about, if it is salted, and the row as JSON without its nulls.
-- Whoever verifies hashes by himself.
create function log_row_digest(salted boolean, row_now jsonb) returns bytea language sql stable
    set timezone to 'UTC' set bytea_output to 'hex' as $$
    select sha256(
        coalesce((
            select log_salt from professionals
            where salted and jurisdiction_id = (row_now ->> 'jurisdiction_id')::uuid
                and professional_id = (row_now ->> 'professional_id')::uuid
        ), ''::bytea) || convert_to(jsonb_strip_nulls(row_now)::text, 'UTF8')
    )
$$;

-- Notes what a transaction does to covered rows, in a table that only its own session sees: at its end the service makes an entry of
-- it. What anybody else changes is noted in theirs, where nobody looks, and stays without an entry. The first argument says whether
-- the table is salted, the others are the columns of its key.
create or replace function log_note_change() returns trigger language plpgsql
    set timezone to 'UTC' set bytea_output to 'hex' as $$
declare
    row_now jsonb;
    row_before jsonb;
    key_now text;
    key_before text;
begin
    if current_setting('xueshi.transparency', true) = 'left' then
        return null;
    end if;
    if to_regclass('pg_temp.log_changes') is null then
        create temporary table log_changes (
            n bigint generated always as identity, covered text not null, key text not null, digest bytea
        ) on commit delete rows;
    end if;
    if tg_op <> 'INSERT' then
        row_before := to_jsonb(old);
        select string_agg(row_before ->> arg, '/' order by place) into key_before
        from unnest(tg_argv[1:]) with ordinality as args (arg, place);
    end if;
    if tg_op <> 'DELETE' then
        row_now := to_jsonb(new);
        select string_agg(row_now ->> arg, '/' order by place) into key_now
        from unnest(tg_argv[1:]) with ordinality as args (arg, place);
    end if;
    if key_before is distinct from key_now and key_before is not null then
        insert into pg_temp.log_changes (covered, key, digest) values (tg_table_name, key_before, null);
    end if;
    if key_now is not null then
        insert into pg_temp.log_changes (covered, key, digest) values (tg_table_name, key_now, log_row_digest(tg_argv[0] = 'salted', row_now));
    end if;
    return null;
end
$$;

-- What the present transaction did to covered rows: the last of each.
create function log_noted_changes() returns table (covered text, key text, digest bytea) language plpgsql as $$
begin
    if to_regclass('pg_temp.log_changes') is null then
        return;
    end if;
    return query select distinct on (c.covered, c.key) c.covered, c.key, c.digest
        from pg_temp.log_changes c order by c.covered, c.key, c.n desc;
end
$$;

drop trigger accounts_moved_for_the_log on accounts;
drop trigger accounts_gone_for_the_log on accounts;
drop trigger accounts_for_the_log on accounts;
create trigger accounts_for_the_log after insert or update or delete on accounts for each row execute function log_note_change('salted', 'id');
drop trigger annual_records_moved_for_the_log on annual_records;
drop trigger annual_records_gone_for_the_log on annual_records;
drop trigger annual_records_for_the_log on annual_records;
create trigger annual_records_for_the_log after insert or update or delete on annual_records for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'year');
drop trigger appeals_moved_for_the_log on appeals;
drop trigger appeals_gone_for_the_log on appeals;
drop trigger appeals_for_the_log on appeals;
create trigger appeals_for_the_log after insert or update or delete on appeals for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
drop trigger appraisal_addenda_moved_for_the_log on appraisal_addenda;
drop trigger appraisal_addenda_gone_for_the_log on appraisal_addenda;
drop trigger appraisal_addenda_for_the_log on appraisal_addenda;
create trigger appraisal_addenda_for_the_log after insert or update or delete on appraisal_addenda for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
drop trigger appraisals_moved_for_the_log on appraisals;
drop trigger appraisals_gone_for_the_log on appraisals;
drop trigger appraisals_for_the_log on appraisals;
create trigger appraisals_for_the_log after insert or update or delete on appraisals for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'year');
drop trigger arrangements_moved_for_the_log on arrangements;
drop trigger arrangements_gone_for_the_log on arrangements;
drop trigger arrangements_for_the_log on arrangements;
create trigger arrangements_for_the_log after insert or update or delete on arrangements for each row execute function log_note_change('plain', 'jurisdiction_id', 'year');
drop trigger attachments_moved_for_the_log on attachments;
drop trigger attachments_gone_for_the_log on attachments;
drop trigger attachments_for_the_log on attachments;
create trigger attachments_for_the_log after insert or update or delete on attachments for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
drop trigger certificates_moved_for_the_log on certificates;
drop trigger certificates_gone_for_the_log on certificates;
drop trigger certificates_for_the_log on certificates;
create trigger certificates_for_the_log after insert or update or delete on certificates for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
drop trigger classes_moved_for_the_log on classes;
drop trigger classes_gone_for_the_log on classes;
drop trigger classes_for_the_log on classes;
create trigger classes_for_the_log after insert or update or delete on classes for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
drop trigger clients_moved_for_the_log on clients;
drop trigger clients_gone_for_the_log on clients;
drop trigger clients_for_the_log on clients;
create trigger clients_for_the_log after insert or update or delete on clients for each row execute function log_note_change('plain', 'id');
drop trigger declarations_moved_for_the_log on declarations;
drop trigger declarations_gone_for_the_log on declarations;
drop trigger declarations_for_the_log on declarations;
create trigger declarations_for_the_log after insert or update or delete on declarations for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
drop trigger employment_requests_moved_for_the_log on employment_requests;
drop trigger employment_requests_gone_for_the_log on employment_requests;
drop trigger employment_requests_for_the_log on employment_requests;
create trigger employment_requests_for_the_log after insert or update or delete on employment_requests for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
drop trigger employments_moved_for_the_log on employments;
drop trigger employments_gone_for_the_log on employments;
drop trigger employments_for_the_log on employments;
create trigger employments_for_the_log after insert or update or delete on employments for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
drop trigger exemption_acts_moved_for_the_log on exemption_acts;
drop trigger exemption_acts_gone_for_the_log on exemption_acts;
drop trigger exemption_acts_for_the_log on exemption_acts;
create trigger exemption_acts_for_the_log after insert or update or delete on exemption_acts for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
drop trigger exemptions_moved_for_the_log on exemptions;
drop trigger exemptions_gone_for_the_log on exemptions;
drop trigger exemptions_for_the_log on exemptions;
create trigger exemptions_for_the_log after insert or update or delete on exemptions for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
drop trigger explanations_moved_for_the_log on explanations;
drop trigger explanations_gone_for_the_log on explanations;
drop trigger explanations_for_the_log on explanations;
create trigger explanations_for_the_log after insert or update or delete on explanations for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
drop trigger filing_acts_moved_for_the_log on filing_acts;
drop trigger filing_acts_gone_for_the_log on filing_acts;
drop trigger filing_acts_for_the_log on filing_acts;
create trigger filing_acts_for_the_log after insert or update or delete on filing_acts for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
drop trigger filings_moved_for_the_log on filings;
drop trigger filings_gone_for_the_log on filings;
drop trigger filings_for_the_log on filings;
create trigger filings_for_the_log after insert or update or delete on filings for each row execute function log_note_change('plain', 'jurisdiction_id', 'organization_id', 'year');
drop trigger funding_report_revisions_moved_for_the_log on funding_report_revisions;
drop trigger funding_report_revisions_gone_for_the_log on funding_report_revisions;
drop trigger funding_report_revisions_for_the_log on funding_report_revisions;
create trigger funding_report_revisions_for_the_log after insert or update or delete on funding_report_revisions for each row execute function log_note_change('plain', 'jurisdiction_id', 'organization_id', 'year', 'revision');
drop trigger funding_reports_moved_for_the_log on funding_reports;
drop trigger funding_reports_gone_for_the_log on funding_reports;
drop trigger funding_reports_for_the_log on funding_reports;
create trigger funding_reports_for_the_log after insert or update or delete on funding_reports for each row execute function log_note_change('plain', 'jurisdiction_id', 'organization_id', 'year');
drop trigger grants_moved_for_the_log on grants;
drop trigger grants_gone_for_the_log on grants;
drop trigger grants_for_the_log on grants;
create trigger grants_for_the_log after insert or update or delete on grants for each row execute function log_note_change('plain', 'id');
drop trigger jurisdictions_moved_for_the_log on jurisdictions;
drop trigger jurisdictions_gone_for_the_log on jurisdictions;
drop trigger jurisdictions_for_the_log on jurisdictions;
create trigger jurisdictions_for_the_log after insert or update or delete on jurisdictions for each row execute function log_note_change('plain', 'id');
drop trigger lapses_moved_for_the_log on lapses;
drop trigger lapses_gone_for_the_log on lapses;
drop trigger lapses_for_the_log on lapses;
create trigger lapses_for_the_log after insert or update or delete on lapses for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'declaration_id');
drop trigger learning_records_moved_for_the_log on learning_records;
drop trigger learning_records_gone_for_the_log on learning_records;
drop trigger learning_records_for_the_log on learning_records;
create trigger learning_records_for_the_log after insert or update or delete on learning_records for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
drop trigger makeup_applications_moved_for_the_log on makeup_applications;
drop trigger makeup_applications_gone_for_the_log on makeup_applications;
drop trigger makeup_applications_for_the_log on makeup_applications;
create trigger makeup_applications_for_the_log after insert or update or delete on makeup_applications for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
drop trigger makeup_bodies_moved_for_the_log on makeup_bodies;
drop trigger makeup_bodies_gone_for_the_log on makeup_bodies;
drop trigger makeup_bodies_for_the_log on makeup_bodies;
create trigger makeup_bodies_for_the_log after insert or update or delete on makeup_bodies for each row execute function log_note_change('plain', 'jurisdiction_id', 'organization_id');
drop trigger makeup_grants_moved_for_the_log on makeup_grants;
drop trigger makeup_grants_gone_for_the_log on makeup_grants;
drop trigger makeup_grants_for_the_log on makeup_grants;
create trigger makeup_grants_for_the_log after insert or update or delete on makeup_grants for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
drop trigger makeup_items_moved_for_the_log on makeup_items;
drop trigger makeup_items_gone_for_the_log on makeup_items;
drop trigger makeup_items_for_the_log on makeup_items;
create trigger makeup_items_for_the_log after insert or update or delete on makeup_items for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
drop trigger makeup_reviews_moved_for_the_log on makeup_reviews;
drop trigger makeup_reviews_gone_for_the_log on makeup_reviews;
drop trigger makeup_reviews_for_the_log on makeup_reviews;
create trigger makeup_reviews_for_the_log after insert or update or delete on makeup_reviews for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
drop trigger organizations_moved_for_the_log on organizations;
drop trigger organizations_gone_for_the_log on organizations;
drop trigger organizations_for_the_log on organizations;
create trigger organizations_for_the_log after insert or update or delete on organizations for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
drop trigger person_merges_moved_for_the_log on person_merges;
drop trigger person_merges_gone_for_the_log on person_merges;
drop trigger person_merges_for_the_log on person_merges;
create trigger person_merges_for_the_log after insert or update or delete on person_merges for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
drop trigger plan_amendments_moved_for_the_log on plan_amendments;
drop trigger plan_amendments_gone_for_the_log on plan_amendments;
drop trigger plan_amendments_for_the_log on plan_amendments;
create trigger plan_amendments_for_the_log after insert or update or delete on plan_amendments for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
drop trigger plan_item_versions_moved_for_the_log on plan_item_versions;
drop trigger plan_item_versions_gone_for_the_log on plan_item_versions;
drop trigger plan_item_versions_for_the_log on plan_item_versions;
create trigger plan_item_versions_for_the_log after insert or update or delete on plan_item_versions for each row execute function log_note_change('plain', 'jurisdiction_id', 'item_id', 'version');
drop trigger plan_items_moved_for_the_log on plan_items;
drop trigger plan_items_gone_for_the_log on plan_items;
drop trigger plan_items_for_the_log on plan_items;
create trigger plan_items_for_the_log after insert or update or delete on plan_items for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
drop trigger platforms_moved_for_the_log on platforms;
drop trigger platforms_gone_for_the_log on platforms;
drop trigger platforms_for_the_log on platforms;
create trigger platforms_for_the_log after insert or update or delete on platforms for each row execute function log_note_change('plain', 'jurisdiction_id', 'code');
drop trigger policies_moved_for_the_log on policies;
drop trigger policies_gone_for_the_log on policies;
drop trigger policies_for_the_log on policies;
create trigger policies_for_the_log after insert or update or delete on policies for each row execute function log_note_change('plain', 'jurisdiction_id', 'year', 'version');
drop trigger professional_identities_moved_for_the_log on professional_identities;
drop trigger professional_identities_gone_for_the_log on professional_identities;
drop trigger professional_identities_for_the_log on professional_identities;
create trigger professional_identities_for_the_log after insert or update or delete on professional_identities for each row execute function log_note_change('plain', 'jurisdiction_id', 'id_hash');
drop trigger professionals_moved_for_the_log on professionals;
drop trigger professionals_gone_for_the_log on professionals;
drop trigger professionals_for_the_log on professionals;
create trigger professionals_for_the_log after insert or update or delete on professionals for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id');
drop trigger record_acts_moved_for_the_log on record_acts;
drop trigger record_acts_gone_for_the_log on record_acts;
drop trigger record_acts_for_the_log on record_acts;
create trigger record_acts_for_the_log after insert or update or delete on record_acts for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
drop trigger refusals_moved_for_the_log on refusals;
drop trigger refusals_gone_for_the_log on refusals;
drop trigger refusals_for_the_log on refusals;
create trigger refusals_for_the_log after insert or update or delete on refusals for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
drop trigger registrations_moved_for_the_log on registrations;
drop trigger registrations_gone_for_the_log on registrations;
drop trigger registrations_for_the_log on registrations;
create trigger registrations_for_the_log after insert or update or delete on registrations for each row execute function log_note_change('plain', 'jurisdiction_id', 'account_id');
drop trigger reported_years_moved_for_the_log on reported_years;
drop trigger reported_years_gone_for_the_log on reported_years;
drop trigger reported_years_for_the_log on reported_years;
create trigger reported_years_for_the_log after insert or update or delete on reported_years for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'year');
drop trigger reviews_moved_for_the_log on reviews;
drop trigger reviews_gone_for_the_log on reviews;
drop trigger reviews_for_the_log on reviews;
create trigger reviews_for_the_log after insert or update or delete on reviews for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
drop trigger roster_lines_moved_for_the_log on roster_lines;
drop trigger roster_lines_gone_for_the_log on roster_lines;
drop trigger roster_lines_for_the_log on roster_lines;
create trigger roster_lines_for_the_log after insert or update or delete on roster_lines for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'class_id', 'revision');
drop trigger roster_revisions_moved_for_the_log on roster_revisions;
drop trigger roster_revisions_gone_for_the_log on roster_revisions;
drop trigger roster_revisions_for_the_log on roster_revisions;
create trigger roster_revisions_for_the_log after insert or update or delete on roster_revisions for each row execute function log_note_change('plain', 'jurisdiction_id', 'class_id', 'revision');
drop trigger seminar_admissions_moved_for_the_log on seminar_admissions;
drop trigger seminar_admissions_gone_for_the_log on seminar_admissions;
drop trigger seminar_admissions_for_the_log on seminar_admissions;
create trigger seminar_admissions_for_the_log after insert or update or delete on seminar_admissions for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'seminar_id');
drop trigger seminar_steps_moved_for_the_log on seminar_steps;
drop trigger seminar_steps_gone_for_the_log on seminar_steps;
drop trigger seminar_steps_for_the_log on seminar_steps;
create trigger seminar_steps_for_the_log after insert or update or delete on seminar_steps for each row execute function log_note_change('plain', 'jurisdiction_id', 'seminar_id', 'version');
drop trigger seminars_moved_for_the_log on seminars;
drop trigger seminars_gone_for_the_log on seminars;
drop trigger seminars_for_the_log on seminars;
create trigger seminars_for_the_log after insert or update or delete on seminars for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
drop trigger settlements_moved_for_the_log on settlements;
drop trigger settlements_gone_for_the_log on settlements;
drop trigger settlements_for_the_log on settlements;
create trigger settlements_for_the_log after insert or update or delete on settlements for each row execute function log_note_change('plain', 'jurisdiction_id', 'year');
drop trigger stage_visits_moved_for_the_log on stage_visits;
drop trigger stage_visits_gone_for_the_log on stage_visits;
drop trigger stage_visits_for_the_log on stage_visits;
create trigger stage_visits_for_the_log after insert or update or delete on stage_visits for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
drop trigger step_bases_moved_for_the_log on step_bases;
drop trigger step_bases_gone_for_the_log on step_bases;
drop trigger step_bases_for_the_log on step_bases;
create trigger step_bases_for_the_log after insert or update or delete on step_bases for each row execute function log_note_change('plain', 'jurisdiction_id', 'event_id');
drop trigger sync_conflicts_moved_for_the_log on sync_conflicts;
drop trigger sync_conflicts_gone_for_the_log on sync_conflicts;
drop trigger sync_conflicts_for_the_log on sync_conflicts;
create trigger sync_conflicts_for_the_log after insert or update or delete on sync_conflicts for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
drop trigger training_plans_moved_for_the_log on training_plans;
drop trigger training_plans_gone_for_the_log on training_plans;
drop trigger training_plans_for_the_log on training_plans;
create trigger training_plans_for_the_log after insert or update or delete on training_plans for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
drop trigger transfers_moved_for_the_log on transfers;
drop trigger transfers_gone_for_the_log on transfers;
drop trigger transfers_for_the_log on transfers;
create trigger transfers_for_the_log after insert or update or delete on transfers for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
drop trigger unit_registrations_moved_for_the_log on unit_registrations;
drop trigger unit_registrations_gone_for_the_log on unit_registrations;
drop trigger unit_registrations_for_the_log on unit_registrations;
create trigger unit_registrations_for_the_log after insert or update or delete on unit_registrations for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
drop trigger signing_keys_moved_for_the_log on signing_keys;
drop trigger signing_keys_gone_for_the_log on signing_keys;
drop trigger signing_keys_for_the_log on signing_keys;
create trigger signing_keys_for_the_log after insert or update or delete on signing_keys for each row execute function log_note_change('plain', 'kid');
drop trigger log_shapes_moved_for_the_log on log_shapes;
drop trigger log_shapes_gone_for_the_log on log_shapes;
drop trigger log_shapes_for_the_log on log_shapes;
create trigger log_shapes_for_the_log after insert or update or delete on log_shapes for each row execute function log_note_change('plain', 'covered');
drop trigger erasures_moved_for_the_log on erasures;
drop trigger erasures_gone_for_the_log on erasures;
drop trigger erasures_for_the_log on erasures;
create trigger erasures_for_the_log after insert or update or delete on erasures for each row execute function log_note_change('plain', 'jurisdiction_id', 'professional_id');
drop function log_note_gone();
drop function log_note(text);
