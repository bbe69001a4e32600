-- The transparency log (ADR 0027): an entry for every event and for the rows that each transaction changed, in the transaction itself.
-- `leaf` is what is hashed (RFC 6962), byte for byte; `salt` and `changes` are what its digest commits to beside the event itself.
-- `mark` tells entries of the service from those of anybody else who can write here; `leaf_index` is given when they are sealed, -1 to
-- those that are not the service's.
create table log_entries (
    seq bigserial not null primary key,
    id uuid not null unique,
    jurisdiction_id uuid,
    kind text not null,
    leaf text not null,
    salt bytea,
    changes bytea,
    mark bytea not null,
    leaf_index bigint
);
create unique index log_entries_by_leaf on log_entries (leaf_index) where leaf_index >= 0;
create index log_entries_unsealed on log_entries (seq) where leaf_index is null;

-- Hashes of the tree, 256 to a tile (C2SP tlog-tiles); the last tile of a level grows.
create table log_tiles (
    level integer not null,
    number bigint not null,
    hashes bytea not null,
    primary key (level, number)
);

-- The newest signed head of the tree.
create table log_checkpoints (
    tree_size bigint not null primary key,
    root bytea not null,
    note text not null,
    sealed_at timestamptz not null
);

-- What each witness put its name to last (C2SP tlog-cosignature): the head, and its line of the note.
create table log_cosignatures (
    witness text not null primary key,
    tree_size bigint not null,
    root bytea not null,
    note text not null,
    line text not null,
    signed_at timestamptz not null
);

-- The columns of each covered table when its rows were last digested: another shape means other digests. `*` stands for all of them, with
-- what the database runs by itself, at the version of the schema. `mark` as in log_entries.
create table log_shapes (
    covered text not null primary key,
    shape text not null,
    mark bytea not null
);

alter table events add column request_id text;
-- Where an act came from. The event commits to the salted digest, so that the address itself can be erased.
alter table events add column address text;
alter table events add column address_salt bytea;
alter table events add column address_digest bytea;

-- Access tokens, checkpoints and credentials are signed by keys of their own.
alter table signing_keys add column purpose text not null default 'access';

-- Without it, what the log holds of a person's rows cannot be compared with anything: erasure renews it.
alter table professionals add column log_salt bytea;
update professionals set log_salt = decode(replace(gen_random_uuid()::text, '-', ''), 'hex');
alter table professionals alter column log_salt set default decode(replace(gen_random_uuid()::text, '-', ''), 'hex');

-- The same for rows that name somebody and are no person's own: the salt is part of the row.
alter table employment_requests add column log_salt bytea;
update employment_requests set log_salt = decode(replace(gen_random_uuid()::text, '-', ''), 'hex');
alter table employment_requests alter column log_salt set default decode(replace(gen_random_uuid()::text, '-', ''), 'hex');
alter table refusals add column log_salt bytea;
update refusals set log_salt = decode(replace(gen_random_uuid()::text, '-', ''), 'hex');
alter table refusals alter column log_salt set default decode(replace(gen_random_uuid()::text, '-', ''), 'hex');
alter table step_bases add column log_salt bytea;
update step_bases set log_salt = decode(replace(gen_random_uuid()::text, '-', ''), 'hex');
alter table step_bases alter column log_salt set default decode(replace(gen_random_uuid()::text, '-', ''), 'hex');
alter table sync_conflicts add column log_salt bytea;
update sync_conflicts set log_salt = decode(replace(gen_random_uuid()::text, '-', ''), 'hex');
alter table sync_conflicts alter column log_salt set default decode(replace(gen_random_uuid()::text, '-', ''), 'hex');

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
create function log_note_change() returns trigger language plpgsql
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

create trigger accounts_for_the_log after insert or update or delete on accounts for each row execute function log_note_change('salted', 'id');
create trigger annual_records_for_the_log after insert or update or delete on annual_records for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'year');
create trigger appeals_for_the_log after insert or update or delete on appeals for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger appraisal_addenda_for_the_log after insert or update or delete on appraisal_addenda for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger appraisals_for_the_log after insert or update or delete on appraisals for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'year');
create trigger arrangements_for_the_log after insert or update or delete on arrangements for each row execute function log_note_change('plain', 'jurisdiction_id', 'year');
create trigger attachments_for_the_log after insert or update or delete on attachments for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger certificates_for_the_log after insert or update or delete on certificates for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger classes_for_the_log after insert or update or delete on classes for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create trigger clients_for_the_log after insert or update or delete on clients for each row execute function log_note_change('plain', 'id');
create trigger declarations_for_the_log after insert or update or delete on declarations for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger employment_requests_for_the_log after insert or update or delete on employment_requests for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create trigger employments_for_the_log after insert or update or delete on employments for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger exemption_acts_for_the_log after insert or update or delete on exemption_acts for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger exemptions_for_the_log after insert or update or delete on exemptions for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger explanations_for_the_log after insert or update or delete on explanations for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger filing_acts_for_the_log after insert or update or delete on filing_acts for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create trigger filings_for_the_log after insert or update or delete on filings for each row execute function log_note_change('plain', 'jurisdiction_id', 'organization_id', 'year');
create trigger funding_report_revisions_for_the_log after insert or update or delete on funding_report_revisions for each row execute function log_note_change('plain', 'jurisdiction_id', 'organization_id', 'year', 'revision');
create trigger funding_reports_for_the_log after insert or update or delete on funding_reports for each row execute function log_note_change('plain', 'jurisdiction_id', 'organization_id', 'year');
create trigger grants_for_the_log after insert or update or delete on grants for each row execute function log_note_change('plain', 'id');
create trigger jurisdictions_for_the_log after insert or update or delete on jurisdictions for each row execute function log_note_change('plain', 'id');
create trigger lapses_for_the_log after insert or update or delete on lapses for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'declaration_id');
create trigger learning_records_for_the_log after insert or update or delete on learning_records for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger makeup_applications_for_the_log after insert or update or delete on makeup_applications for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create trigger makeup_bodies_for_the_log after insert or update or delete on makeup_bodies for each row execute function log_note_change('plain', 'jurisdiction_id', 'organization_id');
create trigger makeup_grants_for_the_log after insert or update or delete on makeup_grants for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger makeup_items_for_the_log after insert or update or delete on makeup_items for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger makeup_reviews_for_the_log after insert or update or delete on makeup_reviews for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger organizations_for_the_log after insert or update or delete on organizations for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create trigger person_merges_for_the_log after insert or update or delete on person_merges for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger plan_amendments_for_the_log after insert or update or delete on plan_amendments for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create trigger plan_item_versions_for_the_log after insert or update or delete on plan_item_versions for each row execute function log_note_change('plain', 'jurisdiction_id', 'item_id', 'version');
create trigger plan_items_for_the_log after insert or update or delete on plan_items for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create trigger platforms_for_the_log after insert or update or delete on platforms for each row execute function log_note_change('plain', 'jurisdiction_id', 'code');
create trigger policies_for_the_log after insert or update or delete on policies for each row execute function log_note_change('plain', 'jurisdiction_id', 'year', 'version');
create trigger professional_identities_for_the_log after insert or update or delete on professional_identities for each row execute function log_note_change('plain', 'jurisdiction_id', 'id_hash');
create trigger professionals_for_the_log after insert or update or delete on professionals for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id');
create trigger record_acts_for_the_log after insert or update or delete on record_acts for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger refusals_for_the_log after insert or update or delete on refusals for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create trigger registrations_for_the_log after insert or update or delete on registrations for each row execute function log_note_change('plain', 'jurisdiction_id', 'account_id');
create trigger reported_years_for_the_log after insert or update or delete on reported_years for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'year');
create trigger reviews_for_the_log after insert or update or delete on reviews for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger roster_lines_for_the_log after insert or update or delete on roster_lines for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'class_id', 'revision');
create trigger roster_revisions_for_the_log after insert or update or delete on roster_revisions for each row execute function log_note_change('plain', 'jurisdiction_id', 'class_id', 'revision');
create trigger seminar_admissions_for_the_log after insert or update or delete on seminar_admissions for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'seminar_id');
create trigger seminar_steps_for_the_log after insert or update or delete on seminar_steps for each row execute function log_note_change('plain', 'jurisdiction_id', 'seminar_id', 'version');
create trigger seminars_for_the_log after insert or update or delete on seminars for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create trigger settlements_for_the_log after insert or update or delete on settlements for each row execute function log_note_change('plain', 'jurisdiction_id', 'year');
create trigger stage_visits_for_the_log after insert or update or delete on stage_visits for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger step_bases_for_the_log after insert or update or delete on step_bases for each row execute function log_note_change('plain', 'jurisdiction_id', 'event_id');
create trigger sync_conflicts_for_the_log after insert or update or delete on sync_conflicts for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create trigger training_plans_for_the_log after insert or update or delete on training_plans for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create trigger transfers_for_the_log after insert or update or delete on transfers for each row execute function log_note_change('salted', 'jurisdiction_id', 'professional_id', 'id');
create trigger unit_registrations_for_the_log after insert or update or delete on unit_registrations for each row execute function log_note_change('plain', 'jurisdiction_id', 'id');
create trigger signing_keys_for_the_log after insert or update or delete on signing_keys for each row execute function log_note_change('plain', 'kid');
create trigger log_shapes_for_the_log after insert or update or delete on log_shapes for each row execute function log_note_change('plain', 'covered');
