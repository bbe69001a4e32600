-- A5: an exemption of one person from one year.
create table exemptions (
    jurisdiction_id blob not null,
    professional_id blob not null,
    id blob not null,
    year integer not null,
    kind text not null,
    starts_on text not null,
    ends_on text not null,
    statement text not null,
    state text not null,
    -- The employer that applied, and its reviewing body then.
    employer_id blob not null,
    authority_id blob not null,
    -- Who applied last: they do not decide (Who).
    applied_by blob not null,
    version integer not null,
    created_at integer not null,
    updated_at integer not null,
    primary key (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, professional_id) references professionals (jurisdiction_id, professional_id),
    foreign key (jurisdiction_id, employer_id) references organizations (jurisdiction_id, id),
    foreign key (jurisdiction_id, authority_id) references organizations (jurisdiction_id, id)
);
-- One that waits or stands for a person's year.
create unique index exemptions_one_open on exemptions (jurisdiction_id, professional_id, year)
    where state in ('submitted', 'returned', 'granted');
create index exemptions_by_id on exemptions (id);
create index exemptions_by_employer on exemptions (jurisdiction_id, employer_id, id);
create index exemptions_by_state on exemptions (jurisdiction_id, state, id);

-- V10: every step of an exemption: who, acting for which unit, when, under which policy version, and what they said.
create table exemption_acts (
    jurisdiction_id blob not null,
    professional_id blob not null,
    id blob not null,
    exemption_id blob not null,
    event text not null,
    account_id blob not null,
    unit_id blob not null,
    comment text,
    policy_version integer not null,
    acted_at integer not null,
    primary key (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, professional_id, exemption_id)
        references exemptions (jurisdiction_id, professional_id, id)
);
create index exemption_acts_in_order on exemption_acts (jurisdiction_id, professional_id, exemption_id, id);

-- V8: an appeal against a rejection or a revocation, or for a record that is missing.
create table appeals (
    jurisdiction_id blob not null,
    professional_id blob not null,
    id blob not null,
    kind text not null,
    -- What is appealed against, as one text: a review, a revocation, a class, a course.
    matter text not null,
    year integer not null,
    declaration_id blob,
    class_id blob,
    -- The course that a platform did not deliver, in the person's own words.
    platform_code text,
    course_code text,
    title text,
    hours integer,
    started_on text,
    completed_on text,
    statement text not null,
    state text not null,
    -- The person's employer and its reviewing body when it was brought, and the unit that decides.
    employer_id blob not null,
    authority_id blob not null,
    decider_id blob not null,
    submitted_at integer not null,
    due_at integer not null,
    due_provisional boolean not null,
    -- Whether its lateness has been told (V3).
    overdue_told boolean not null,
    decided_by blob,
    decided_for blob,
    decided_at integer,
    comment text,
    policy_version integer not null,
    -- The learning record that an upheld appeal added.
    learning_record_id blob,
    version integer not null,
    created_at integer not null,
    updated_at integer not null,
    primary key (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, professional_id) references professionals (jurisdiction_id, professional_id),
    foreign key (jurisdiction_id, professional_id, declaration_id)
        references declarations (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, professional_id, learning_record_id)
        references learning_records (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, class_id) references classes (jurisdiction_id, id),
    foreign key (jurisdiction_id, platform_code) references platforms (jurisdiction_id, code),
    foreign key (jurisdiction_id, employer_id) references organizations (jurisdiction_id, id),
    foreign key (jurisdiction_id, authority_id) references organizations (jurisdiction_id, id),
    foreign key (jurisdiction_id, decider_id) references organizations (jurisdiction_id, id)
);
-- V8: once.
create unique index appeals_once on appeals (jurisdiction_id, professional_id, matter);
create index appeals_by_id on appeals (id);
create index appeals_by_decider on appeals (jurisdiction_id, decider_id, state, due_at);
create index appeals_by_employer on appeals (jurisdiction_id, employer_id, id);
create index appeals_waiting on appeals (jurisdiction_id, due_at) where state = 'submitted';
