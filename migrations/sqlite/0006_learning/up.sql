-- P1: which unit may train, by year.
create table filings (
    jurisdiction_id blob not null references jurisdictions (id),
    organization_id blob not null,
    year integer not null,
    state text not null,
    decided_at integer not null,
    primary key (jurisdiction_id, organization_id, year),
    foreign key (jurisdiction_id, organization_id) references organizations (jurisdiction_id, id)
);

create table training_plans (
    jurisdiction_id blob not null references jurisdictions (id),
    id blob not null,
    organization_id blob not null,
    year integer not null,
    title text not null,
    state text not null,
    approved_at integer,
    version integer not null,
    created_at integer not null,
    primary key (jurisdiction_id, id),
    foreign key (jurisdiction_id, organization_id) references organizations (jurisdiction_id, id)
);
create index training_plans_by_organization on training_plans (jurisdiction_id, organization_id, year);

create table plan_items (
    jurisdiction_id blob not null references jurisdictions (id),
    id blob not null,
    plan_id blob not null,
    subject text not null,
    theme text not null,
    hours integer not null,
    starts_on text not null,
    ends_on text not null,
    places integer not null,
    audience text not null,
    primary key (jurisdiction_id, id),
    foreign key (jurisdiction_id, plan_id) references training_plans (jurisdiction_id, id)
);

-- H5: a class may name no item of a plan; its hours then do not count.
create table classes (
    jurisdiction_id blob not null references jurisdictions (id),
    id blob not null,
    organization_id blob not null,
    plan_item_id blob,
    title text not null,
    subject text not null,
    way text not null,
    starts_on text not null,
    ends_on text not null,
    hours integer not null,
    place text not null,
    version integer not null,
    created_at integer not null,
    primary key (jurisdiction_id, id),
    foreign key (jurisdiction_id, organization_id) references organizations (jurisdiction_id, id),
    foreign key (jurisdiction_id, plan_item_id) references plan_items (jurisdiction_id, id)
);
create index classes_by_start on classes (jurisdiction_id, starts_on, id);

create table learning_records (
    jurisdiction_id blob not null,
    professional_id blob not null,
    id blob not null,
    year integer not null,
    source text not null,
    subject text not null,
    way text not null,
    title text not null,
    hours integer not null,
    started_on text not null,
    completed_on text not null,
    passed boolean not null,
    platform_code text,
    course_code text,
    class_id blob,
    declared boolean not null,
    created_at integer not null,
    primary key (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, professional_id) references professionals (jurisdiction_id, professional_id),
    foreign key (jurisdiction_id, platform_code) references platforms (jurisdiction_id, code),
    foreign key (jurisdiction_id, class_id) references classes (jurisdiction_id, id)
);
-- H7: the same class or course counts once.
create unique index learning_records_one_per_class on learning_records (jurisdiction_id, professional_id, class_id);
create unique index learning_records_one_per_course on learning_records (jurisdiction_id, professional_id, platform_code, course_code);
create index learning_records_by_id on learning_records (id);
create index learning_records_by_class on learning_records (jurisdiction_id, class_id);
