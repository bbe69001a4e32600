-- Digests of the records that other systems keep copies of (ADR 0025). What changes a person's records says so in the tail, in its
-- own transaction and whatever it is; the digests of that person are computed anew beside the service.
create table digest_tail (
    seq integer primary key autoincrement,
    jurisdiction_id blob not null references jurisdictions (id),
    person_id blob not null
);
create index digest_tail_by_person on digest_tail (jurisdiction_id, person_id, seq);

-- A person's records of a year (0: those without one). No foreign key: it goes when the tail says that the person is gone.
create table person_digests (
    jurisdiction_id blob not null,
    professional_id blob not null,
    year integer not null,
    unit_id blob not null,
    place text not null,
    records bigint not null,
    digest blob not null,
    primary key (jurisdiction_id, professional_id, year)
);
create index person_digests_by_unit on person_digests (jurisdiction_id, year, unit_id, place);

-- The sums of them, for a unit and for each sixteenth of its people.
create table unit_digests (
    jurisdiction_id blob not null,
    year integer not null,
    unit_id blob not null,
    place text not null,
    people bigint not null,
    records bigint not null,
    digest blob not null,
    primary key (jurisdiction_id, year, unit_id, place)
);
create index unit_digests_by_place on unit_digests (jurisdiction_id, year, place);

-- How often digests were brought up to date, which guards each time, and when all of them were recomputed last.
create table digest_states (
    jurisdiction_id blob not null primary key references jurisdictions (id),
    turns bigint not null,
    checked_at integer,
    checked_people bigint not null,
    differing bigint not null
);

-- What was there before.
insert into digest_tail (jurisdiction_id, person_id) select jurisdiction_id, professional_id from professionals;

create trigger professionals_tell_their_digest_new after insert on professionals begin
    insert into digest_tail (jurisdiction_id, person_id) values (new.jurisdiction_id, new.professional_id);
end;
create trigger professionals_tell_their_digest after update on professionals begin
    insert into digest_tail (jurisdiction_id, person_id) values (new.jurisdiction_id, new.professional_id);
    insert into digest_tail (jurisdiction_id, person_id)
    select old.jurisdiction_id, old.professional_id where old.professional_id <> new.professional_id;
end;
create trigger professionals_tell_their_digest_gone after delete on professionals begin
    insert into digest_tail (jurisdiction_id, person_id) values (old.jurisdiction_id, old.professional_id);
end;

create trigger employments_tell_their_digest_new after insert on employments begin
    insert into digest_tail (jurisdiction_id, person_id) values (new.jurisdiction_id, new.professional_id);
end;
create trigger employments_tell_their_digest after update on employments begin
    insert into digest_tail (jurisdiction_id, person_id) values (new.jurisdiction_id, new.professional_id);
    insert into digest_tail (jurisdiction_id, person_id)
    select old.jurisdiction_id, old.professional_id where old.professional_id <> new.professional_id;
end;
create trigger employments_tell_their_digest_gone after delete on employments begin
    insert into digest_tail (jurisdiction_id, person_id) values (old.jurisdiction_id, old.professional_id);
end;

create trigger learning_records_tell_their_digest_new after insert on learning_records begin
    insert into digest_tail (jurisdiction_id, person_id) values (new.jurisdiction_id, new.professional_id);
end;
create trigger learning_records_tell_their_digest after update on learning_records begin
    insert into digest_tail (jurisdiction_id, person_id) values (new.jurisdiction_id, new.professional_id);
    insert into digest_tail (jurisdiction_id, person_id)
    select old.jurisdiction_id, old.professional_id where old.professional_id <> new.professional_id;
end;
create trigger learning_records_tell_their_digest_gone after delete on learning_records begin
    insert into digest_tail (jurisdiction_id, person_id) values (old.jurisdiction_id, old.professional_id);
end;

create trigger makeup_grants_tell_their_digest_new after insert on makeup_grants begin
    insert into digest_tail (jurisdiction_id, person_id) values (new.jurisdiction_id, new.professional_id);
end;
create trigger makeup_grants_tell_their_digest after update on makeup_grants begin
    insert into digest_tail (jurisdiction_id, person_id) values (new.jurisdiction_id, new.professional_id);
    insert into digest_tail (jurisdiction_id, person_id)
    select old.jurisdiction_id, old.professional_id where old.professional_id <> new.professional_id;
end;
create trigger makeup_grants_tell_their_digest_gone after delete on makeup_grants begin
    insert into digest_tail (jurisdiction_id, person_id) values (old.jurisdiction_id, old.professional_id);
end;

create trigger exemptions_tell_their_digest_new after insert on exemptions begin
    insert into digest_tail (jurisdiction_id, person_id) values (new.jurisdiction_id, new.professional_id);
end;
create trigger exemptions_tell_their_digest after update on exemptions begin
    insert into digest_tail (jurisdiction_id, person_id) values (new.jurisdiction_id, new.professional_id);
    insert into digest_tail (jurisdiction_id, person_id)
    select old.jurisdiction_id, old.professional_id where old.professional_id <> new.professional_id;
end;
create trigger exemptions_tell_their_digest_gone after delete on exemptions begin
    insert into digest_tail (jurisdiction_id, person_id) values (old.jurisdiction_id, old.professional_id);
end;

create trigger declarations_tell_their_digest_new after insert on declarations begin
    insert into digest_tail (jurisdiction_id, person_id) values (new.jurisdiction_id, new.professional_id);
end;
create trigger declarations_tell_their_digest after update on declarations begin
    insert into digest_tail (jurisdiction_id, person_id) values (new.jurisdiction_id, new.professional_id);
    insert into digest_tail (jurisdiction_id, person_id)
    select old.jurisdiction_id, old.professional_id where old.professional_id <> new.professional_id;
end;
create trigger declarations_tell_their_digest_gone after delete on declarations begin
    insert into digest_tail (jurisdiction_id, person_id) values (old.jurisdiction_id, old.professional_id);
end;

create trigger annual_records_tell_their_digest_new after insert on annual_records begin
    insert into digest_tail (jurisdiction_id, person_id) values (new.jurisdiction_id, new.professional_id);
end;
create trigger annual_records_tell_their_digest after update on annual_records begin
    insert into digest_tail (jurisdiction_id, person_id) values (new.jurisdiction_id, new.professional_id);
    insert into digest_tail (jurisdiction_id, person_id)
    select old.jurisdiction_id, old.professional_id where old.professional_id <> new.professional_id;
end;
create trigger annual_records_tell_their_digest_gone after delete on annual_records begin
    insert into digest_tail (jurisdiction_id, person_id) values (old.jurisdiction_id, old.professional_id);
end;

create trigger certificates_tell_their_digest_new after insert on certificates begin
    insert into digest_tail (jurisdiction_id, person_id) values (new.jurisdiction_id, new.professional_id);
end;
create trigger certificates_tell_their_digest after update on certificates begin
    insert into digest_tail (jurisdiction_id, person_id) values (new.jurisdiction_id, new.professional_id);
    insert into digest_tail (jurisdiction_id, person_id)
    select old.jurisdiction_id, old.professional_id where old.professional_id <> new.professional_id;
end;
create trigger certificates_tell_their_digest_gone after delete on certificates begin
    insert into digest_tail (jurisdiction_id, person_id) values (old.jurisdiction_id, old.professional_id);
end;
