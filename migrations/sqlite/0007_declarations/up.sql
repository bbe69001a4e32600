create table declarations (
    jurisdiction_id blob not null,
    professional_id blob not null,
    id blob not null,
    year integer not null,
    subject text not null,
    way text not null,
    title text not null,
    hours integer not null,
    learning_start text not null,
    learning_end text not null,
    learning_record_id blob,
    state text not null,
    revision integer not null,
    employer_id blob not null,
    authority_id blob not null,
    -- The unit that must act now; null when nobody must.
    holder_id blob,
    submitted_at integer,
    stage_entered_at integer,
    due_at integer,
    due_provisional boolean not null,
    policy_version integer not null,
    version integer not null,
    created_at integer not null,
    updated_at integer not null,
    primary key (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, professional_id) references professionals (jurisdiction_id, professional_id),
    foreign key (jurisdiction_id, professional_id, learning_record_id)
        references learning_records (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, employer_id) references organizations (jurisdiction_id, id),
    foreign key (jurisdiction_id, authority_id) references organizations (jurisdiction_id, id),
    foreign key (jurisdiction_id, holder_id) references organizations (jurisdiction_id, id)
);
create index declarations_by_id on declarations (id);
create index declarations_by_person on declarations (jurisdiction_id, professional_id, year);
create index declarations_by_employer on declarations (jurisdiction_id, employer_id, id);
create index declarations_by_authority on declarations (jurisdiction_id, authority_id, id);
create index declarations_queue on declarations (jurisdiction_id, holder_id, due_at, id) where holder_id is not null;

-- V10: who, acting for which unit, when, under which policy version, and the comment.
create table reviews (
    jurisdiction_id blob not null,
    professional_id blob not null,
    id blob not null,
    declaration_id blob not null,
    revision integer not null,
    stage text not null,
    decision text not null,
    comment text,
    account_id blob not null,
    unit_id blob not null,
    entered_at integer not null,
    due_at integer not null,
    decided_at integer not null,
    overdue boolean not null,
    policy_version integer not null,
    primary key (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, professional_id, declaration_id)
        references declarations (jurisdiction_id, professional_id, id)
);
-- V4: exactly one decision at each stage of a revision.
create unique index reviews_one_decision on reviews (jurisdiction_id, professional_id, declaration_id, revision, stage);

create table attachments (
    jurisdiction_id blob not null,
    professional_id blob not null,
    id blob not null,
    declaration_id blob not null,
    kind text not null,
    file_name text not null,
    media_type text not null,
    size integer not null,
    content_hash text not null,
    created_at integer not null,
    primary key (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, professional_id, declaration_id)
        references declarations (jurisdiction_id, professional_id, id)
);
create unique index attachments_once on attachments (jurisdiction_id, professional_id, declaration_id, content_hash);
create index attachments_by_content on attachments (jurisdiction_id, professional_id, content_hash);
