-- What a trigger of the log costs is its expressions: each is made ready anew in every transaction, and a function for all tables has to
-- take rows apart to find their keys. Every covered table has functions of its own now, of one expression each.

-- Lines are noted in the next part from here on.
create function log_next_part() returns text language plpgsql as $$
declare
    next_part text := current_setting('xueshi.changed')::integer + 1;
begin
    perform set_config('xueshi.changed_' || next_part, '', true);
    return set_config('xueshi.changed', next_part, true);
end
$$;

-- For sessions that take no notes: of somebody else, whose changes nobody enters in the log; or of a service from before these functions, which
-- would commit without an entry.
create function log_nobody_notes() returns text language plpgsql as $$
begin
    if current_setting('xueshi.noted', true) is not null then
        raise exception 'this service is older than its database: the transparency log is kept in another way now';
    end if;
    return null;
end
$$;

-- Lets the log answer for a table: what is put in, changed or taken away is noted. For migrations; `salted` where the rows are about a
-- person, `key` names the columns of the primary key.
--
-- A note is a line of the setting `xueshi.changed_N` that ends with the transaction, N standing in `xueshi.changed`: the table, the digest of the row as JSON (of one that is gone nothing),
-- the city and the person whom it is about, and the key, with tabulators between. Lines go to part after part of some thousand bytes, so
-- that a long transaction does not copy all of them for every row; a part begins empty, whatever a role or the database says of it.
create procedure log_cover(covered text, salted boolean, variadic key text[]) language plpgsql as $cover$
declare
    body constant text := $body$
        create or replace function %1$I() returns trigger language plpgsql as $note$
        declare
            next_part text;
        begin
            next_part := case
                when coalesce(current_setting('xueshi.changed', true), '') = '' then log_nobody_notes()
                when octet_length(set_config(
                    concat('xueshi.changed_', current_setting('xueshi.changed')),
                    concat(current_setting(concat('xueshi.changed_', current_setting('xueshi.changed')), true), %2$s, E'\n'),
                    true
                )) > 16000 then log_next_part()
            end;
            return null;
        end
        $note$
    $body$;
    now_key text;
    former_key text;
    columns text;
    moved text;
begin
    select string_agg(format('new.%I', part), ', '), string_agg(format('old.%I', part), ', '), string_agg(format('%I', part), ', '),
        string_agg(format('old.%1$I is distinct from new.%1$I', part), ' or ')
    into now_key, former_key, columns, moved
    from unnest(key) as part;
    execute format(body, 'log_note_' || covered, format(
        $line$%L, E'\t', encode(sha256(convert_to(row_to_json(new)::text, 'UTF8')), 'hex'), %s, concat_ws('/', %s)$line$,
        covered,
        case when salted then $person$E'\t', new.jurisdiction_id, E'\t', new.professional_id, E'\t'$person$ else $nobody$E'\t\t\t'$nobody$ end,
        now_key
    ));
    execute format(body, 'log_note_gone_' || covered, format($line$%L, E'\t\t\t\t', concat_ws('/', %s)$line$, covered, former_key));
    execute format(
        'create or replace trigger %1$I after insert or update on %2$I for each row execute function %3$I()',
        covered || '_for_the_log', covered, 'log_note_' || covered
    );
    execute format(
        'create or replace trigger %1$I after delete on %2$I for each row execute function %3$I()',
        covered || '_gone_for_the_log', covered, 'log_note_gone_' || covered
    );
    execute format(
        'create or replace trigger %1$I after update of %2$s on %3$I for each row when (%4$s) execute function %5$I()',
        covered || '_moved_for_the_log', columns, covered, moved, 'log_note_gone_' || covered
    );
end
$cover$;

call log_cover('accounts', true, 'id');
call log_cover('annual_records', true, 'jurisdiction_id', 'professional_id', 'year');
call log_cover('appeals', true, 'jurisdiction_id', 'professional_id', 'id');
call log_cover('appraisal_addenda', true, 'jurisdiction_id', 'professional_id', 'id');
call log_cover('appraisals', true, 'jurisdiction_id', 'professional_id', 'year');
call log_cover('arrangements', false, 'jurisdiction_id', 'year');
call log_cover('attachments', true, 'jurisdiction_id', 'professional_id', 'id');
call log_cover('certificates', true, 'jurisdiction_id', 'professional_id', 'id');
call log_cover('classes', false, 'jurisdiction_id', 'id');
call log_cover('clients', false, 'id');
call log_cover('declarations', true, 'jurisdiction_id', 'professional_id', 'id');
call log_cover('employment_requests', false, 'jurisdiction_id', 'id');
call log_cover('employments', true, 'jurisdiction_id', 'professional_id', 'id');
call log_cover('exemption_acts', true, 'jurisdiction_id', 'professional_id', 'id');
call log_cover('exemptions', true, 'jurisdiction_id', 'professional_id', 'id');
call log_cover('explanations', true, 'jurisdiction_id', 'professional_id', 'id');
call log_cover('filing_acts', false, 'jurisdiction_id', 'id');
call log_cover('filings', false, 'jurisdiction_id', 'organization_id', 'year');
call log_cover('funding_report_revisions', false, 'jurisdiction_id', 'organization_id', 'year', 'revision');
call log_cover('funding_reports', false, 'jurisdiction_id', 'organization_id', 'year');
call log_cover('grants', false, 'id');
call log_cover('jurisdictions', false, 'id');
call log_cover('lapses', true, 'jurisdiction_id', 'professional_id', 'declaration_id');
call log_cover('learning_records', true, 'jurisdiction_id', 'professional_id', 'id');
call log_cover('makeup_applications', false, 'jurisdiction_id', 'id');
call log_cover('makeup_bodies', false, 'jurisdiction_id', 'organization_id');
call log_cover('makeup_grants', true, 'jurisdiction_id', 'professional_id', 'id');
call log_cover('makeup_items', true, 'jurisdiction_id', 'professional_id', 'id');
call log_cover('makeup_reviews', true, 'jurisdiction_id', 'professional_id', 'id');
call log_cover('organizations', false, 'jurisdiction_id', 'id');
call log_cover('person_merges', true, 'jurisdiction_id', 'professional_id', 'id');
call log_cover('plan_amendments', false, 'jurisdiction_id', 'id');
call log_cover('plan_item_versions', false, 'jurisdiction_id', 'item_id', 'version');
call log_cover('plan_items', false, 'jurisdiction_id', 'id');
call log_cover('platforms', false, 'jurisdiction_id', 'code');
call log_cover('policies', false, 'jurisdiction_id', 'year', 'version');
call log_cover('professional_identities', false, 'jurisdiction_id', 'id_hash');
call log_cover('professionals', true, 'jurisdiction_id', 'professional_id');
call log_cover('record_acts', true, 'jurisdiction_id', 'professional_id', 'id');
call log_cover('refusals', false, 'jurisdiction_id', 'id');
call log_cover('registrations', false, 'jurisdiction_id', 'account_id');
call log_cover('reported_years', true, 'jurisdiction_id', 'professional_id', 'year');
call log_cover('reviews', true, 'jurisdiction_id', 'professional_id', 'id');
call log_cover('roster_lines', true, 'jurisdiction_id', 'professional_id', 'class_id', 'revision');
call log_cover('roster_revisions', false, 'jurisdiction_id', 'class_id', 'revision');
call log_cover('seminar_admissions', true, 'jurisdiction_id', 'professional_id', 'seminar_id');
call log_cover('seminar_steps', false, 'jurisdiction_id', 'seminar_id', 'version');
call log_cover('seminars', false, 'jurisdiction_id', 'id');
call log_cover('settlements', false, 'jurisdiction_id', 'year');
call log_cover('stage_visits', true, 'jurisdiction_id', 'professional_id', 'id');
call log_cover('step_bases', false, 'jurisdiction_id', 'event_id');
call log_cover('sync_conflicts', false, 'jurisdiction_id', 'id');
call log_cover('training_plans', false, 'jurisdiction_id', 'id');
call log_cover('transfers', true, 'jurisdiction_id', 'professional_id', 'id');
call log_cover('unit_registrations', false, 'jurisdiction_id', 'id');
call log_cover('signing_keys', false, 'kid');
call log_cover('log_shapes', false, 'covered');
call log_cover('erasures', false, 'jurisdiction_id', 'professional_id');

drop function log_note_change();
drop function log_note_gone();
