-- Long work. The cursor is kept in the transaction of the batch that it stands behind: whatever kills a worker, nothing is done
-- twice and nothing is left out.
create table jobs (
    jurisdiction_id uuid not null references jurisdictions (id),
    id uuid not null,
    kind text not null,
    state text not null,
    year integer,
    -- Where it goes on, in its kind's own words.
    cursor text,
    done bigint not null,
    total bigint not null,
    -- Things done in 1,000 seconds of real time, as last measured.
    rate bigint,
    failed_items integer not null,
    -- Why it was given up.
    failure text,
    cancel_requested boolean not null,
    created_by uuid,
    unit_id uuid not null,
    created_at timestamptz not null,
    started_at timestamptz,
    updated_at timestamptz not null,
    finished_at timestamptz,
    version integer not null,
    primary key (jurisdiction_id, id)
);
create index jobs_by_state on jobs (state, created_at);

create table job_errors (
    jurisdiction_id uuid not null,
    job_id uuid not null,
    number integer not null,
    item text not null,
    code text not null,
    detail text not null,
    primary key (jurisdiction_id, job_id, number),
    foreign key (jurisdiction_id, job_id) references jobs (jurisdiction_id, id)
);

-- A3: the settlement of a year. Its sums and its digest are written when everybody is settled.
create table settlements (
    jurisdiction_id uuid not null references jurisdictions (id),
    year integer not null,
    state text not null,
    job_id uuid not null,
    policy_version integer not null,
    -- The freeze that it is for, and the day on which a person must have been employed to be counted.
    frozen_at timestamptz not null,
    thawed_at timestamptz not null,
    counting_day date not null,
    started_by uuid,
    unit_id uuid not null,
    started_at timestamptz not null,
    finished_at timestamptz,
    people bigint not null,
    completed_in_year bigint not null,
    completed_by_makeup bigint not null,
    incomplete bigint not null,
    exempt bigint not null,
    lapsed bigint not null,
    lapsed_overdue bigint not null,
    approved_public bigint not null,
    approved_professional bigint not null,
    digest text,
    primary key (jurisdiction_id, year),
    foreign key (jurisdiction_id, job_id) references jobs (jurisdiction_id, id)
);

-- A3: what lapsed, with the stage and the unit that held it, and for how long.
create table lapses (
    jurisdiction_id uuid not null,
    professional_id uuid not null,
    declaration_id uuid not null,
    -- The year that was settled; the declaration's own is another one where prior-year hours were registered.
    settled_year integer not null,
    year integer not null,
    revision integer not null,
    employer_id uuid not null,
    stage text not null,
    unit_id uuid not null,
    submitted_at timestamptz not null,
    entered_at timestamptz not null,
    due_at timestamptz not null,
    working_days integer not null,
    overdue boolean not null,
    lapsed_at timestamptz not null,
    reinstated_at timestamptz,
    primary key (jurisdiction_id, professional_id, declaration_id),
    foreign key (jurisdiction_id, professional_id, declaration_id)
        references declarations (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, employer_id) references organizations (jurisdiction_id, id),
    foreign key (jurisdiction_id, unit_id) references organizations (jurisdiction_id, id)
);
create index lapses_of_a_settlement on lapses (jurisdiction_id, settled_year, declaration_id);

-- A3: what a person's year was when it was settled. Sealed: see the trigger.
create table appraisals (
    jurisdiction_id uuid not null,
    professional_id uuid not null,
    year integer not null,
    employer_id uuid not null,
    authority_id uuid not null,
    public_institution boolean not null,
    outcome text not null,
    approved_public integer not null,
    approved_professional integer not null,
    makeup_public integer not null,
    makeup_professional integer not null,
    certificate_id uuid,
    policy_version integer not null,
    lapsed integer not null,
    lapsed_overdue integer not null,
    -- SHA-256 of the snapshot's canonical text.
    digest text not null,
    sealed_at timestamptz not null,
    primary key (jurisdiction_id, professional_id, year),
    foreign key (jurisdiction_id, professional_id) references professionals (jurisdiction_id, professional_id),
    foreign key (jurisdiction_id, employer_id) references organizations (jurisdiction_id, id),
    foreign key (jurisdiction_id, authority_id) references organizations (jurisdiction_id, id)
);
create index appraisals_by_employer on appraisals (jurisdiction_id, year, employer_id, professional_id);
create index appraisals_by_authority on appraisals (jurisdiction_id, year, authority_id, professional_id);

create function appraisals_are_sealed() returns trigger language plpgsql as $$
begin
    raise exception 'an appraisal is sealed';
end
$$;

create trigger appraisals_are_sealed
before update of year, employer_id, authority_id, public_institution, outcome, approved_public, approved_professional,
    makeup_public, makeup_professional, certificate_id, policy_version, lapsed, lapsed_overdue, digest, sealed_at
on appraisals for each row execute function appraisals_are_sealed();

-- What came after the seal: added beside it, never written into it.
create table appraisal_addenda (
    jurisdiction_id uuid not null,
    professional_id uuid not null,
    id uuid not null,
    year integer not null,
    cause text not null,
    declaration_id uuid,
    outcome_before text not null,
    outcome_after text not null,
    approved_public integer not null,
    approved_professional integer not null,
    makeup_public integer not null,
    makeup_professional integer not null,
    reason text,
    account_id uuid,
    unit_id uuid,
    added_at timestamptz not null,
    primary key (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, professional_id) references professionals (jurisdiction_id, professional_id)
);
create index appraisal_addenda_of_a_year on appraisal_addenda (jurisdiction_id, professional_id, year, id);
