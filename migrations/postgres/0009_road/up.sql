-- What others may want to know, written with the change that it tells of.
create table events (
    jurisdiction_id uuid not null references jurisdictions (id),
    id uuid not null,
    kind text not null,
    -- Whom it is about, and the two units that may see it: the employer or the unit itself, and its reviewing body.
    person_id uuid,
    unit_id uuid,
    authority_id uuid,
    subject text not null,
    subject_id uuid,
    year integer,
    account_id uuid,
    data text not null,
    -- What tells of a moment in time tells of it once.
    once text,
    occurred_at timestamptz not null,
    primary key (jurisdiction_id, id)
);
create unique index events_once on events (jurisdiction_id, once);
create index events_by_person on events (jurisdiction_id, person_id, id);
create index events_by_unit on events (jurisdiction_id, unit_id, id);
create index events_by_authority on events (jurisdiction_id, authority_id, id);
create index events_by_subject on events (jurisdiction_id, subject_id, id);

-- V1, V3: each arrival of a declaration at a stage, and how it ended there.
create table stage_visits (
    jurisdiction_id uuid not null,
    professional_id uuid not null,
    id uuid not null,
    declaration_id uuid not null,
    year integer not null,
    revision integer not null,
    stage text not null,
    unit_id uuid not null,
    entered_at timestamptz not null,
    due_at timestamptz not null,
    due_provisional boolean not null,
    left_at timestamptz,
    ending text,
    working_days integer,
    -- What has been told of it: nothing, due_soon, overdue.
    warned text not null,
    primary key (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, professional_id, declaration_id)
        references declarations (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, unit_id) references organizations (jurisdiction_id, id)
);
create unique index stage_visits_one_open on stage_visits (jurisdiction_id, professional_id, declaration_id)
    where left_at is null;
create index stage_visits_waiting on stage_visits (jurisdiction_id, warned, due_at) where left_at is null;
create index stage_visits_by_unit on stage_visits (jurisdiction_id, unit_id, left_at);

alter table declarations add column makeup_grant_id uuid;
-- A3a: approved after it had lapsed through a late review.
alter table declarations add column reinstated boolean not null default false;

-- M5: the part of the approved hours that were registered under a grant; A3: the outcome, written at settlement.
alter table annual_records add column makeup_public integer not null default 0 check (makeup_public >= 0);
alter table annual_records add column makeup_professional integer not null default 0 check (makeup_professional >= 0);
alter table annual_records add column outcome text;
alter table annual_records add column settled_at timestamptz;
