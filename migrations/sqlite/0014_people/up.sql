-- U2: a person goes from one employer to another.
create table transfers (
    jurisdiction_id blob not null,
    professional_id blob not null,
    id blob not null,
    from_id blob not null,
    to_id blob not null,
    -- Which of the two asked: from or to.
    asked_by text not null,
    asker_id blob not null,
    reason text,
    state text not null,
    decided_as text,
    decider_id blob,
    decided_for blob,
    comment text,
    version integer not null,
    created_at integer not null,
    decided_at integer,
    updated_at integer not null,
    primary key (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, professional_id) references professionals (jurisdiction_id, professional_id),
    foreign key (jurisdiction_id, from_id) references organizations (jurisdiction_id, id),
    foreign key (jurisdiction_id, to_id) references organizations (jurisdiction_id, id)
);
-- One open transfer at a time.
create unique index transfers_one_open on transfers (jurisdiction_id, professional_id) where state = 'requested';
create index transfers_by_id on transfers (id);
create index transfers_by_from on transfers (jurisdiction_id, from_id, id);
create index transfers_by_to on transfers (jurisdiction_id, to_id, id);

-- U0: what someone said of themselves who registered and is nobody's record yet. Keyed by the account, since whether the
-- id number is known here is not looked at before an employer has checked it. The row goes when a record takes its place.
create table registrations (
    jurisdiction_id blob not null references jurisdictions (id),
    account_id blob not null references accounts (id),
    name text not null,
    id_type text not null,
    id_cipher blob not null,
    id_masked text not null,
    phone_cipher blob,
    title_series text,
    title_level text,
    post text not null,
    created_at integer not null,
    primary key (jurisdiction_id, account_id)
);

-- U0: an account asks to join an employer. The person's record may be known (person_id) or come about by the acceptance.
create table employment_requests (
    jurisdiction_id blob not null,
    id blob not null,
    account_id blob not null references accounts (id),
    person_id blob,
    organization_id blob not null,
    name text not null,
    id_masked text not null,
    statement text,
    state text not null,
    joining text,
    decider_id blob,
    decided_for blob,
    comment text,
    version integer not null,
    created_at integer not null,
    decided_at integer,
    updated_at integer not null,
    primary key (jurisdiction_id, id),
    foreign key (jurisdiction_id, organization_id) references organizations (jurisdiction_id, id)
);
create unique index employment_requests_one_open on employment_requests (jurisdiction_id, account_id) where state = 'submitted';
create index employment_requests_by_unit on employment_requests (jurisdiction_id, organization_id, id);

-- U0: a unit asks to take part. The id becomes the unit's own when it is accepted.
create table unit_registrations (
    jurisdiction_id blob not null,
    id blob not null,
    account_id blob not null references accounts (id),
    body_id blob not null,
    kind text not null,
    name text not null,
    unit_code text not null,
    is_public_institution boolean not null,
    statement text,
    state text not null,
    decider_id blob,
    decided_for blob,
    comment text,
    version integer not null,
    created_at integer not null,
    decided_at integer,
    updated_at integer not null,
    primary key (jurisdiction_id, id),
    foreign key (jurisdiction_id, body_id) references organizations (jurisdiction_id, id)
);
create unique index unit_registrations_one_open on unit_registrations (jurisdiction_id, account_id) where state = 'submitted';
create index unit_registrations_by_body on unit_registrations (jurisdiction_id, body_id, id);

-- U4: two records of one person became one. Kept with the record that stands; the other one is an empty shell.
create table person_merges (
    jurisdiction_id blob not null,
    professional_id blob not null,
    id blob not null,
    merged_id blob not null,
    account_id blob not null,
    unit_id blob not null,
    reason text not null,
    ended_declarations integer not null,
    merged_at integer not null,
    primary key (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, professional_id) references professionals (jurisdiction_id, professional_id)
);
create index person_merges_by_merged on person_merges (jurisdiction_id, merged_id);
