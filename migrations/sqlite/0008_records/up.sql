-- Totals of a year, kept in the transaction that changes them: reading a year adds nothing up.
create table annual_records (
    jurisdiction_id blob not null,
    professional_id blob not null,
    year integer not null,
    employer_id blob not null,
    authority_id blob not null,
    state text not null,
    approved_public integer not null check (approved_public >= 0),
    approved_professional integer not null check (approved_professional >= 0),
    pending_public integer not null check (pending_public >= 0),
    pending_professional integer not null check (pending_professional >= 0),
    satisfied_at integer,
    certificate_id blob,
    version integer not null,
    updated_at integer not null,
    primary key (jurisdiction_id, professional_id, year),
    foreign key (jurisdiction_id, professional_id) references professionals (jurisdiction_id, professional_id)
);
create index annual_records_by_employer on annual_records (jurisdiction_id, year, employer_id, professional_id);
create index annual_records_by_authority on annual_records (jurisdiction_id, year, authority_id, professional_id);

create table certificates (
    jurisdiction_id blob not null,
    professional_id blob not null,
    id blob not null,
    year integer not null,
    version integer not null,
    number text not null,
    verification_code text not null,
    state text not null,
    content text not null,
    issued_by blob not null,
    issued_for blob not null,
    issued_at integer not null,
    ended_at integer,
    end_reason text,
    primary key (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, professional_id, year)
        references annual_records (jurisdiction_id, professional_id, year)
);
create unique index certificates_one_version on certificates (jurisdiction_id, professional_id, year, version);
create index certificates_by_number on certificates (number);
create index certificates_by_code on certificates (verification_code);

-- V10 for acts that are not reviews: revocations, verifications.
create table record_acts (
    jurisdiction_id blob not null,
    professional_id blob not null,
    id blob not null,
    act text not null,
    declaration_id blob,
    certificate_id blob,
    year integer not null,
    account_id blob not null,
    unit_id blob not null,
    reason text,
    policy_version integer not null,
    acted_at integer not null,
    primary key (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, professional_id) references professionals (jurisdiction_id, professional_id)
);
