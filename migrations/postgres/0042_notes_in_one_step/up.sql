-- A trigger of the log is a function in a language that prepares each of its expressions anew in every transaction. There were some twenty
-- for each noted row; what is left of them takes a third of the time. What was noted is read by a statement of the service.
create or replace function log_note_change() returns trigger language plpgsql as $$
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

create or replace function log_note_gone() returns trigger language plpgsql as $$
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

drop function log_noted_changes();
drop function log_note(text);

create or replace function tell_digest() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        insert into digest_tail (jurisdiction_id, person_id) values (old.jurisdiction_id, old.professional_id);
        return null;
    end if;
    insert into digest_tail (jurisdiction_id, person_id) values (new.jurisdiction_id, new.professional_id);
    if tg_op = 'UPDATE' and old.professional_id <> new.professional_id then
        insert into digest_tail (jurisdiction_id, person_id) values (old.jurisdiction_id, old.professional_id);
    end if;
    return null;
end
$$;
