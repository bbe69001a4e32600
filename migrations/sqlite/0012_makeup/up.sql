-- M2: the base that reviews make-up first for an employer, in place of its reviewing body.
create table makeup_bodies (
    jurisdiction_id blob not null,
    organization_id blob not null,
    -- None any more: the reviewing body has its place back.
    body_id blob,
    assigned_by blob not null,
    assigned_at integer not null,
    version integer not null,
    primary key (jurisdiction_id, organization_id),
    foreign key (jurisdiction_id, organization_id) references organizations (jurisdiction_id, id),
    foreign key (jurisdiction_id, body_id) references organizations (jurisdiction_id, id)
);

-- M1: an employer's application, for people and prior years.
create table makeup_applications (
    jurisdiction_id blob not null,
    id blob not null,
    employer_id blob not null,
    -- The year in which is applied: its windows and deadlines hold.
    year integer not null,
    -- M6: outside of the ordinary windows, for a special reason.
    exceptional boolean not null,
    reason text,
    state text not null,
    revision integer not null,
    -- Who reviews first, from the submission on.
    body_id blob,
    applied_by blob not null,
    submitted_at integer,
    policy_version integer not null,
    version integer not null,
    created_at integer not null,
    updated_at integer not null,
    primary key (jurisdiction_id, id),
    foreign key (jurisdiction_id, employer_id) references organizations (jurisdiction_id, id),
    foreign key (jurisdiction_id, body_id) references organizations (jurisdiction_id, id)
);
create index makeup_applications_by_employer on makeup_applications (jurisdiction_id, employer_id, id);
create index makeup_applications_by_body on makeup_applications (jurisdiction_id, body_id, id);

-- One person and one prior year of an application, with its own result.
create table makeup_items (
    jurisdiction_id blob not null,
    professional_id blob not null,
    id blob not null,
    application_id blob not null,
    year integer not null,
    state text not null,
    -- What the year lacked of its floors when the application was last written or submitted.
    missing_total integer not null,
    missing_public integer not null,
    missing_professional integer not null,
    grant_id blob,
    primary key (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, professional_id) references professionals (jurisdiction_id, professional_id),
    foreign key (jurisdiction_id, application_id) references makeup_applications (jurisdiction_id, id)
);
create unique index makeup_items_once on makeup_items (jurisdiction_id, professional_id, year, application_id);
create index makeup_items_by_application on makeup_items (jurisdiction_id, application_id, id);

-- V10: who decided on an item, acting for which unit, when, under which policy version, and the comment.
create table makeup_reviews (
    jurisdiction_id blob not null,
    professional_id blob not null,
    id blob not null,
    item_id blob not null,
    application_id blob not null,
    revision integer not null,
    step text not null,
    decision text not null,
    comment text,
    account_id blob not null,
    unit_id blob not null,
    decided_at integer not null,
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
    jurisdiction_id blob not null,
    professional_id blob not null,
    id blob not null,
    year integer not null,
    application_id blob not null,
    item_id blob not null,
    employer_id blob not null,
    exceptional boolean not null,
    state text not null,
    granted_at integer not null,
    study_until integer not null,
    register_until integer not null,
    -- The year in which it was granted, and the version of its policy.
    granted_in integer not null,
    policy_version integer not null,
    ended_at integer,
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
