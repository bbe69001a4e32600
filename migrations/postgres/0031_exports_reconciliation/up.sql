-- Digests of the records that other systems keep copies of (ADR 0025). What changes a person's records says so in the tail, in its
-- own transaction and whatever it is; the digests of that person are computed anew beside the service.
create table digest_tail (
    seq bigserial primary key,
    jurisdiction_id uuid not null references jurisdictions (id),
    person_id uuid not null
);
create index digest_tail_by_person on digest_tail (jurisdiction_id, person_id, seq);

-- A person's records of a year (0: those without one). No foreign key: it goes when the tail says that the person is gone.
create table person_digests (
    jurisdiction_id uuid not null,
    professional_id uuid not null,
    year integer not null,
    unit_id uuid not null,
    place text not null,
    records bigint not null,
    digest bytea not null,
    primary key (jurisdiction_id, professional_id, year)
);
create index person_digests_by_unit on person_digests (jurisdiction_id, year, unit_id, place);

-- The sums of them, for a unit and for each sixteenth of its people.
create table unit_digests (
    jurisdiction_id uuid not null,
    year integer not null,
    unit_id uuid not null,
    place text not null,
    people bigint not null,
    records bigint not null,
    digest bytea not null,
    primary key (jurisdiction_id, year, unit_id, place)
);
create index unit_digests_by_place on unit_digests (jurisdiction_id, year, place);

-- How often digests were brought up to date, which guards each time, and when all of them were recomputed last.
create table digest_states (
    jurisdiction_id uuid not null primary key references jurisdictions (id),
    turns bigint not null,
    checked_at timestamptz,
    checked_people bigint not null,
    differing bigint not null
);

-- What was there before.
insert into digest_tail (jurisdiction_id, person_id) select jurisdiction_id, professional_id from professionals;

create function tell_digest() returns trigger language plpgsql as $$
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
create trigger professionals_tell_their_digest
after insert or update or delete on professionals for each row execute function tell_digest();
create trigger employments_tell_their_digest
after insert or update or delete on employments for each row execute function tell_digest();
create trigger learning_records_tell_their_digest
after insert or update or delete on learning_records for each row execute function tell_digest();
create trigger makeup_grants_tell_their_digest
after insert or update or delete on makeup_grants for each row execute function tell_digest();
create trigger exemptions_tell_their_digest
after insert or update or delete on exemptions for each row execute function tell_digest();
create trigger declarations_tell_their_digest
after insert or update or delete on declarations for each row execute function tell_digest();
create trigger annual_records_tell_their_digest
after insert or update or delete on annual_records for each row execute function tell_digest();
create trigger certificates_tell_their_digest
after insert or update or delete on certificates for each row execute function tell_digest();
