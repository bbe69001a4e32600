-- M2: the base that reviews make-up first for an employer, in place of its reviewing body.
create table makeup_bodies (
    jurisdiction_id uuid not null,
    organization_id uuid not null,
    -- None any more: the reviewing body has its place back.
    body_id uuid,
    assigned_by uuid not null,
    assigned_at timestamptz not null,
    version integer not null,
    primary key (jurisdiction_id, organization_id),
    foreign key (jurisdiction_id, organization_id) references organizations (jurisdiction_id, id),
    foreign key (jurisdiction_id, body_id) references organizations (jurisdiction_id, id)
);

-- M1: an employer's application, for people and prior years.
create table makeup_applications (
    jurisdiction_id uuid not null,
    id uuid not null,
    employer_id uuid not null,
    -- The year in which is applied: its windows and deadlines hold.
    year integer not null,
    -- M6: outside of the ordinary windows, for a special reason.
    exceptional boolean not null,
    reason text,
    state text not null,
    revision integer not null,
    -- Who reviews first, from the submission on.
    body_id uuid,
    applied_by uuid not null,
    submitted_at timestamptz,
    policy_version integer not null,
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (jurisdiction_id, id),
    foreign key (jurisdiction_id, employer_id) references organizations (jurisdiction_id, id),
    foreign key (jurisdiction_id, body_id) references organizations (jurisdiction_id, id)
);
create index makeup_applications_by_employer on makeup_applications (jurisdiction_id, employer_id, id);
create index makeup_applications_by_body on makeup_applications (jurisdiction_id, body_id, id);

-- One person and one prior year of an application, with its own result.
create table makeup_items (
    jurisdiction_id uuid not null,
    professional_id uuid not null,
    id uuid not null,
    application_id uuid not null,
    year integer not null,
    state text not null,
    -- What the year lacked of its floors when the application was last written or submitted.
    missing_total integer not null,
    missing_public integer not null,
    missing_professional integer not null,
    grant_id uuid,
    primary key (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, professional_id) references professionals (jurisdiction_id, professional_id),
    foreign key (jurisdiction_id, application_id) references makeup_applications (jurisdiction_id, id)
);
create unique index makeup_items_once on makeup_items (jurisdiction_id, professional_id, year, application_id);
create index makeup_items_by_application on makeup_items (jurisdiction_id, application_id, id);

-- V10: who decided on an item, acting for which unit, when, under which policy version, and the comment.
create table makeup_reviews (
    jurisdiction_id uuid not null,
    professional_id uuid not null,
    id uuid not null,
    item_id uuid not null,
    application_id uuid not null,
    revision integer not null,
    step text not null,
    decision text not null,
    comment text,
    account_id uuid not null,
    unit_id uuid not null,
    decided_at timestamptz not null,
    policy_version integer not null,
    primary key (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, professional_id, item_id)
        references makeup_items (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, application_id) references makeup_applications (jurisdiction_id, id)
);
-- V4: one decision at each step of a revision.
create unique index makeup_reviews_one_decision on makeup_reviews (jurisdiction_id, professional_id, item_id, revision, step);
create index makeup_reviews_by_application on makeup_reviews (jurisdiction_id, application_id, id);

-- M3: the right of one person to register hours of one prior year, with the deadlines that it was given.
create table makeup_grants (
    jurisdiction_id uuid not null,
    professional_id uuid not null,
    id uuid not null,
    year integer not null,
    application_id uuid not null,
    item_id uuid not null,
    employer_id uuid not null,
    exceptional boolean not null,
    state text not null,
    granted_at timestamptz not null,
    study_until timestamptz not null,
    register_until timestamptz not null,
    -- The year in which it was granted, and the version of its policy.
    granted_in integer not null,
    policy_version integer not null,
    ended_at timestamptz,
    version integer not null,
    primary key (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, professional_id, item_id)
        references makeup_items (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, application_id) references makeup_applications (jurisdiction_id, id),
    foreign key (jurisdiction_id, employer_id) references organizations (jurisdiction_id, id)
);
-- M3: of the grants of a person and year, only one stands.
create unique index makeup_grants_one on makeup_grants (jurisdiction_id, professional_id, year)
    where state <> 'expired';
create index makeup_grants_by_id on makeup_grants (id);
create index makeup_grants_ending on makeup_grants (jurisdiction_id, register_until) where state = 'granted';
