-- What another system calls a record of ours, and how far it has told us of it (ADR 0023). Whose record it is may be unknown
-- before the reference is found, as with id numbers: so it is keyed by the name that the other system gave.
create table sync_references (
    jurisdiction_id blob not null references jurisdictions (id),
    source text not null,
    kind text not null,
    external_id text not null,
    -- The record; of a prior year the person.
    local_id blob not null,
    person_id blob,
    year integer,
    -- The latest revision that was understood, and a keyed digest of what it said.
    revision bigint not null,
    digest blob not null,
    -- Keyed digests of the fields as the other system last had them, as JSON: what differs from them here was changed here.
    base text not null,
    -- The conflict that is to be settled, if there is one.
    conflict_id blob,
    updated_at integer not null,
    primary key (jurisdiction_id, source, kind, external_id)
);
create index sync_references_by_local on sync_references (jurisdiction_id, local_id);

-- What another system says otherwise than somebody here decided.
create table sync_conflicts (
    jurisdiction_id blob not null references jurisdictions (id),
    id blob not null,
    source text not null,
    kind text not null,
    external_id text not null,
    revision bigint not null,
    local_id blob not null,
    person_id blob,
    unit_id blob,
    authority_id blob,
    year integer,
    -- The names of the fields that differ, as a JSON array.
    fields text not null,
    -- What the other system says, encrypted: it holds id numbers and phones (U4a).
    remote_cipher blob not null,
    state text not null,
    reason text,
    decider_id blob,
    decided_for blob,
    version integer not null,
    created_at integer not null,
    decided_at integer,
    updated_at integer not null,
    primary key (jurisdiction_id, id)
);
create unique index sync_conflicts_one_open on sync_conflicts (jurisdiction_id, source, kind, external_id) where state = 'open';
create index sync_conflicts_by_state on sync_conflicts (jurisdiction_id, state, id);

-- What another system made of a record of ours: the latest answer.
create table sync_acknowledgements (
    jurisdiction_id blob not null references jurisdictions (id),
    kind text not null,
    record_id text not null,
    id blob not null,
    person_id blob,
    unit_id blob,
    authority_id blob,
    year integer,
    answer text not null,
    -- What state of the record was answered to.
    marker text not null,
    seen bigint not null,
    reason text,
    client_id blob not null,
    acknowledged_at integer not null,
    primary key (jurisdiction_id, kind, record_id)
);
create unique index sync_acknowledgements_by_id on sync_acknowledgements (jurisdiction_id, id);
create index sync_acknowledgements_by_answer on sync_acknowledgements (jurisdiction_id, answer, id);

-- Prior years as another system knows them. They stand beside what is kept here and never add hours (H4).
create table reported_years (
    jurisdiction_id blob not null,
    professional_id blob not null,
    year integer not null,
    source text not null,
    outcome text not null,
    public_hours integer not null,
    professional_hours integer not null,
    reported_at integer not null,
    primary key (jurisdiction_id, professional_id, year),
    foreign key (jurisdiction_id, professional_id) references professionals (jurisdiction_id, professional_id)
);
