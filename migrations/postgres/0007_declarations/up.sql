create table declarations (
    jurisdiction_id uuid not null,
    professional_id uuid not null,
    id uuid not null,
    year integer not null,
    subject text not null,
    way text not null,
    title text not null,
    hours integer not null,
    learning_start date not null,
    learning_end date not null,
    learning_record_id uuid,
    state text not null,
    revision integer not null,
    employer_id uuid not null,
    authority_id uuid not null,
    -- The unit that must act now; null when nobody must.
    holder_id uuid,
    submitted_at timestamptz,
    stage_entered_at timestamptz,
    due_at timestamptz,
    due_provisional boolean not null,
    policy_version integer not null,
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
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
    jurisdiction_id uuid not null,
    professional_id uuid not null,
    id uuid not null,
    declaration_id uuid not null,
    revision integer not null,
    stage text not null,
    decision text not null,
    comment text,
    account_id uuid not null,
    unit_id uuid not null,
    entered_at timestamptz not null,
    due_at timestamptz not null,
    decided_at timestamptz not null,
    overdue boolean not null,
    policy_version integer not null,
    primary key (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, professional_id, declaration_id)
        references declarations (jurisdiction_id, professional_id, id)
);
-- V4: exactly one decision at each stage of a revision.
create unique index reviews_one_decision on reviews (jurisdiction_id, professional_id, declaration_id, revision, stage);

create table attachments (
    jurisdiction_id uuid not null,
    professional_id uuid not null,
    id uuid not null,
    declaration_id uuid not null,
    kind text not null,
    file_name text not null,
    media_type text not null,
    size integer not null,
    content_hash text not null,
    created_at timestamptz not null,
    primary key (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, professional_id, declaration_id)
        references declarations (jurisdiction_id, professional_id, id)
);
create unique index attachments_once on attachments (jurisdiction_id, professional_id, declaration_id, content_hash);
create index attachments_by_content on attachments (jurisdiction_id, professional_id, content_hash);
