-- P6: advanced seminars, proposed by a unit and approved by the municipal bureau before they begin.
create table seminars (
    jurisdiction_id blob not null references jurisdictions (id),
    id blob not null,
    organization_id blob not null,
    year integer not null,
    theme text not null,
    need text not null,
    audience text not null,
    venue text not null,
    starts_on text not null,
    ends_on text not null,
    hours integer not null,
    places integer not null,
    admitted integer not null,
    state text not null,
    brought_by blob not null,
    approved_at integer,
    closed_at integer,
    version integer not null,
    created_at integer not null,
    updated_at integer not null,
    primary key (jurisdiction_id, id),
    foreign key (jurisdiction_id, organization_id) references organizations (jurisdiction_id, id)
);
create index seminars_by_organization on seminars (jurisdiction_id, organization_id, year);
create index seminars_by_state on seminars (jurisdiction_id, state, id);

-- V10: every step of a seminar, with who took it, for which unit, when, why, and under which policy version.
create table seminar_steps (
    jurisdiction_id blob not null references jurisdictions (id),
    seminar_id blob not null,
    version integer not null,
    event text not null,
    state text not null,
    comment text,
    account_id blob not null,
    unit_id blob not null,
    policy_version integer not null,
    taken_at integer not null,
    primary key (jurisdiction_id, seminar_id, version),
    foreign key (jurisdiction_id, seminar_id) references seminars (jurisdiction_id, id),
    foreign key (jurisdiction_id, unit_id) references organizations (jurisdiction_id, id)
);

-- P6: who was admitted, and with what result.
create table seminar_admissions (
    jurisdiction_id blob not null references jurisdictions (id),
    professional_id blob not null,
    seminar_id blob not null,
    employer_id blob,
    admitted_at integer not null,
    hours integer,
    passed boolean,
    primary key (jurisdiction_id, professional_id, seminar_id),
    foreign key (jurisdiction_id, professional_id) references professionals (jurisdiction_id, professional_id),
    foreign key (jurisdiction_id, seminar_id) references seminars (jurisdiction_id, id),
    foreign key (jurisdiction_id, employer_id) references organizations (jurisdiction_id, id)
);
create index seminar_admissions_by_seminar on seminar_admissions (jurisdiction_id, seminar_id, professional_id);

-- The seminar behind a learning record. SQLite adds no foreign key to a table that stands, so that neither database has one.
alter table learning_records add column seminar_id blob;
create index learning_records_by_seminar on learning_records (jurisdiction_id, seminar_id);
-- H7: the same seminar counts once.
create unique index learning_records_one_per_seminar on learning_records (jurisdiction_id, professional_id, seminar_id);

-- U5: the training funds of a unit and year, as they were reported last. Amounts in fen, rates in hundredths of a per cent.
create table funding_reports (
    jurisdiction_id blob not null references jurisdictions (id),
    organization_id blob not null,
    year integer not null,
    revision integer not null,
    payroll bigint not null,
    accrued bigint not null,
    spent bigint not null,
    floor_rate integer not null,
    deductible_rate integer not null,
    below_floor boolean not null,
    note text,
    policy_version integer not null,
    account_id blob not null,
    unit_id blob not null,
    reported_at integer not null,
    primary key (jurisdiction_id, organization_id, year),
    foreign key (jurisdiction_id, organization_id) references organizations (jurisdiction_id, id),
    foreign key (jurisdiction_id, unit_id) references organizations (jurisdiction_id, id)
);
create index funding_reports_by_year on funding_reports (jurisdiction_id, year, organization_id);

-- Every report that was ever made, the present one among them.
create table funding_report_revisions (
    jurisdiction_id blob not null references jurisdictions (id),
    organization_id blob not null,
    year integer not null,
    revision integer not null,
    payroll bigint not null,
    accrued bigint not null,
    spent bigint not null,
    floor_rate integer not null,
    deductible_rate integer not null,
    below_floor boolean not null,
    note text,
    policy_version integer not null,
    account_id blob not null,
    unit_id blob not null,
    reported_at integer not null,
    primary key (jurisdiction_id, organization_id, year, revision),
    foreign key (jurisdiction_id, organization_id, year) references funding_reports (jurisdiction_id, organization_id, year)
);
