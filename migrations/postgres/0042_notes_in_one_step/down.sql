create or replace function tell_digest() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        insert into digest_tail (jurisdiction_id, person_id) values (old.jurisdiction_id, old.professional_id);
        return null;
    end if;
    insert into digest_tail (jurisdiction_id, person_id) values (new.jurisdiction_id, new.professional_id);
    if tg_op = 'UPDATE' then
        insert into digest_tail (jurisdiction_id, person_id)
        select old.jurisdiction_id, old.professional_id where old.professional_id <> new.professional_id;
    end if;
    return null;
end
$$;

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
create or replace function log_note_gone() returns trigger language plpgsql as $$
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
