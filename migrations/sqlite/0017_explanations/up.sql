-- V7: what a decision rested on, kept in the transaction that made it: the inputs, the outcome of each check, the days counted.
create table explanations (
    jurisdiction_id blob not null,
    professional_id blob not null,
    -- Of a review or a certificate: the same as its own.
    id blob not null,
    -- What was decided on: a declaration, the year itself, a certificate.
    subject text not null,
    subject_id blob,
    year integer not null,
    -- What was done, and what came of it.
    act text not null,
    outcome text not null,
    account_id blob,
    unit_id blob,
    policy_version integer not null,
    document text not null,
    made_at integer not null,
    primary key (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, professional_id) references professionals (jurisdiction_id, professional_id)
);
create index explanations_by_subject on explanations (jurisdiction_id, professional_id, subject_id, id);
create index explanations_by_year on explanations (jurisdiction_id, professional_id, year, subject, id);
create index explanations_by_id on explanations (jurisdiction_id, id);
create index reviews_by_id on reviews (id);

-- V7: what a rule refused, for the account that was refused. The same refusal again is counted, not kept again.
create table refusals (
    jurisdiction_id blob not null references jurisdictions (id),
    id blob not null,
    account_id blob not null,
    fingerprint blob not null,
    code text not null,
    document text not null,
    times integer not null,
    first_at integer not null,
    last_at integer not null,
    primary key (jurisdiction_id, id)
);
create unique index refusals_once on refusals (jurisdiction_id, account_id, fingerprint);
create index refusals_by_age on refusals (jurisdiction_id, account_id, last_at);
