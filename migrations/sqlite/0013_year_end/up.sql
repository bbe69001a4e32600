-- Long work. The cursor is kept in the transaction of the batch that it stands behind: whatever kills a worker, nothing is done
-- twice and nothing is left out.
create table jobs (
    jurisdiction_id blob not null references jurisdictions (id),
    id blob not null,
    kind text not null,
    state text not null,
    year integer,
    -- Where it goes on, in its kind's own words.
    cursor text,
    done integer not null,
    total integer not null,
    -- Things done in 1,000 seconds of real time, as last measured.
    rate integer,
    failed_items integer not null,
    -- Why it was given up.
    failure text,
    cancel_requested boolean not null,
    created_by blob,
    unit_id blob not null,
    created_at integer not null,
    started_at integer,
    updated_at integer not null,
    finished_at integer,
    version integer not null,
    primary key (jurisdiction_id, id)
);
create index jobs_by_state on jobs (state, created_at);

create table job_errors (
    jurisdiction_id blob not null,
    job_id blob not null,
    number integer not null,
    item text not null,
    code text not null,
    detail text not null,
    primary key (jurisdiction_id, job_id, number),
    foreign key (jurisdiction_id, job_id) references jobs (jurisdiction_id, id)
);

-- A3: the settlement of a year. Its sums and its digest are written when everybody is settled.
create table settlements (
    jurisdiction_id blob not null references jurisdictions (id),
    year integer not null,
    state text not null,
    job_id blob not null,
    policy_version integer not null,
    -- The freeze that it is for, and the day on which a person must have been employed to be counted.
    frozen_at integer not null,
    thawed_at integer not null,
    counting_day text not null,
    started_by blob,
    unit_id blob not null,
    started_at integer not null,
    finished_at integer,
    people integer not null,
    completed_in_year integer not null,
    completed_by_makeup integer not null,
    incomplete integer not null,
    exempt integer not null,
    lapsed integer not null,
    lapsed_overdue integer not null,
    approved_public integer not null,
    approved_professional integer not null,
    digest text,
    primary key (jurisdiction_id, year),
    foreign key (jurisdiction_id, job_id) references jobs (jurisdiction_id, id)
);

-- A3: what lapsed, with the stage and the unit that held it, and for how long.
create table lapses (
    jurisdiction_id blob not null,
    professional_id blob not null,
    declaration_id blob not null,
    -- The year that was settled; the declaration's own is another one where prior-year hours were registered.
    settled_year integer not null,
    year integer not null,
    revision integer not null,
    employer_id blob not null,
    stage text not null,
    unit_id blob not null,
    submitted_at integer not null,
    entered_at integer not null,
    due_at integer not null,
    working_days integer not null,
    overdue boolean not null,
    lapsed_at integer not null,
    reinstated_at integer,
    primary key (jurisdiction_id, professional_id, declaration_id),
    foreign key (jurisdiction_id, professional_id, declaration_id)
        references declarations (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, employer_id) references organizations (jurisdiction_id, id),
    foreign key (jurisdiction_id, unit_id) references organizations (jurisdiction_id, id)
);
create index lapses_of_a_settlement on lapses (jurisdiction_id, settled_year, declaration_id);

-- A3: what a person's year was when it was settled. Sealed: see the trigger.
create table appraisals (
    jurisdiction_id blob not null,
    professional_id blob not null,
    year integer not null,
    employer_id blob not null,
    authority_id blob not null,
    public_institution boolean not null,
    outcome text not null,
    approved_public integer not null,
    approved_professional integer not null,
    makeup_public integer not null,
    makeup_professional integer not null,
    certificate_id blob,
    policy_version integer not null,
    lapsed integer not null,
    lapsed_overdue integer not null,
    -- SHA-256 of the snapshot's canonical text.
    digest text not null,
    sealed_at integer not null,
    primary key (jurisdiction_id, professional_id, year),
    foreign key (jurisdiction_id, professional_id) references professionals (jurisdiction_id, professional_id),
    foreign key (jurisdiction_id, employer_id) references organizations (jurisdiction_id, id),
    foreign key (jurisdiction_id, authority_id) references organizations (jurisdiction_id, id)
);
create index appraisals_by_employer on appraisals (jurisdiction_id, year, employer_id, professional_id);
create index appraisals_by_authority on appraisals (jurisdiction_id, year, authority_id, professional_id);

create trigger appraisals_are_sealed
before update of year, employer_id, authority_id, public_institution, outcome, approved_public, approved_professional,
    makeup_public, makeup_professional, certificate_id, policy_version, lapsed, lapsed_overdue, digest, sealed_at
on appraisals
begin
    select raise(abort, 'an appraisal is sealed');
end;

-- What came after the seal: added beside it, never written into it.
create table appraisal_addenda (
    jurisdiction_id blob not null,
    professional_id blob not null,
    id blob not null,
    year integer not null,
    cause text not null,
    declaration_id blob,
    outcome_before text not null,
    outcome_after text not null,
    approved_public integer not null,
    approved_professional integer not null,
    makeup_public integer not null,
    makeup_professional integer not null,
    reason text,
    account_id blob,
    unit_id blob,
    added_at integer not null,
    primary key (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, professional_id) references professionals (jurisdiction_id, professional_id)
);
create index appraisal_addenda_of_a_year on appraisal_addenda (jurisdiction_id, professional_id, year, id);
