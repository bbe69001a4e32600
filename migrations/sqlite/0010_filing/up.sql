-- P1, P5: a filing is applied for, decided on, stopped and taken back. `decided_at` is when it came to its present state.
alter table filings add column id blob not null default x'00000000000000000000000000000000';
update filings set id = randomblob(16);
alter table filings add column statement text not null default '';
alter table filings add column applied_by blob;
alter table filings add column stopped_at integer;
alter table filings add column version integer not null default 1;
alter table filings add column created_at integer not null default 0;
update filings set created_at = decided_at;
create unique index filings_by_id on filings (jurisdiction_id, id);

-- V10: who did what to a filing, a plan or an amendment, for which unit, when, under which policy version, and the comment.
create table filing_acts (
    jurisdiction_id blob not null references jurisdictions (id),
    id blob not null,
    subject_id blob not null,
    event text not null,
    state text not null,
    comment text,
    account_id blob not null,
    unit_id blob not null,
    policy_version integer,
    acted_at integer not null,
    primary key (jurisdiction_id, id)
);
create index filing_acts_by_subject on filing_acts (jurisdiction_id, subject_id, id);

alter table training_plans add column submitted_by blob;
create index training_plans_by_year on training_plans (jurisdiction_id, year, id);
alter table plan_items add column removed boolean not null default false;
create index plan_items_by_plan on plan_items (jurisdiction_id, plan_id, id);

-- P3: what was approved of an item, and when: a class is judged by what was in force when it began.
create table plan_item_versions (
    jurisdiction_id blob not null references jurisdictions (id),
    item_id blob not null,
    version integer not null,
    amendment_id blob,
    subject text not null,
    theme text not null,
    hours integer not null,
    starts_on text not null,
    ends_on text not null,
    places integer not null,
    audience text not null,
    removed boolean not null,
    approved_at integer not null,
    primary key (jurisdiction_id, item_id, version),
    foreign key (jurisdiction_id, item_id) references plan_items (jurisdiction_id, id)
);
insert into plan_item_versions (jurisdiction_id, item_id, version, subject, theme, hours, starts_on, ends_on, places, audience, removed, approved_at)
    select i.jurisdiction_id, i.id, 1, i.subject, i.theme, i.hours, i.starts_on, i.ends_on, i.places, i.audience, false, p.approved_at
    from plan_items i join training_plans p on p.jurisdiction_id = i.jurisdiction_id and p.id = i.plan_id
    where p.approved_at is not null;

-- P2: a change of an approved plan goes the way of a plan.
create table plan_amendments (
    jurisdiction_id blob not null references jurisdictions (id),
    id blob not null,
    plan_id blob not null,
    state text not null,
    reason text not null,
    -- What is to be added, changed and removed, as JSON.
    changes text not null,
    submitted_by blob,
    version integer not null,
    created_at integer not null,
    primary key (jurisdiction_id, id),
    foreign key (jurisdiction_id, plan_id) references training_plans (jurisdiction_id, id)
);
create index plan_amendments_by_plan on plan_amendments (jurisdiction_id, plan_id, id);

alter table classes add column state text not null default 'announced';
alter table classes add column cancel_reason text;
alter table classes add column roster_revision integer not null default 0;
update classes set state = 'held' where exists (
    select 1 from learning_records r where r.jurisdiction_id = classes.jurisdiction_id and r.class_id = classes.id);
create index classes_by_item on classes (jurisdiction_id, plan_item_id);

-- P4: each roster that was handed in is a visible revision.
create table roster_revisions (
    jurisdiction_id blob not null references jurisdictions (id),
    class_id blob not null,
    revision integer not null,
    reason text,
    line_count integer not null,
    passed_count integer not null,
    account_id blob not null,
    unit_id blob not null,
    uploaded_at integer not null,
    primary key (jurisdiction_id, class_id, revision),
    foreign key (jurisdiction_id, class_id) references classes (jurisdiction_id, id)
);

-- What a revision changed of a person's line; lines that say what stood already are not kept.
create table roster_lines (
    jurisdiction_id blob not null,
    professional_id blob not null,
    class_id blob not null,
    revision integer not null,
    learning_record_id blob not null,
    change text not null,
    hours_before integer,
    passed_before boolean,
    hours integer not null,
    passed boolean not null,
    primary key (jurisdiction_id, professional_id, class_id, revision),
    foreign key (jurisdiction_id, professional_id, learning_record_id)
        references learning_records (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, class_id, revision)
        references roster_revisions (jurisdiction_id, class_id, revision)
);
create index roster_lines_by_class on roster_lines (jurisdiction_id, class_id, revision);

-- P4: a corrected roster against hours that are under review or approved: noted here until they are free again.
alter table learning_records add column corrected_hours integer;
alter table learning_records add column corrected_passed boolean;
create index learning_records_corrected on learning_records (jurisdiction_id, id) where corrected_hours is not null;
