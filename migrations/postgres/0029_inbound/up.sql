-- What another system calls a record of ours, and how far it has told us of it (ADR 0023). Whose record it is may be unknown
-- before the reference is found, as with id numbers: so it is keyed by the name that the other system gave.
create table sync_references (
    jurisdiction_id uuid not null references jurisdictions (id),
    source text not null,
    kind text not null,
    external_id text not null,
    -- The record; of a prior year the person.
    local_id uuid not null,
    person_id uuid,
    year integer,
    -- The latest revision that was understood, and a keyed digest of what it said.
    revision bigint not null,
    digest bytea not null,
    -- Keyed digests of the fields as the other system last had them, as JSON: what differs from them here was changed here.
    base text not null,
    -- The conflict that is to be settled, if there is one.
    conflict_id uuid,
    updated_at timestamptz not null,
    primary key (jurisdiction_id, source, kind, external_id)
);
create index sync_references_by_local on sync_references (jurisdiction_id, local_id);

-- What another system says otherwise than somebody here decided.
create table sync_conflicts (
    jurisdiction_id uuid not null references jurisdictions (id),
    id uuid not null,
    source text not null,
    kind text not null,
    external_id text not null,
    revision bigint not null,
    local_id uuid not null,
    person_id uuid,
    unit_id uuid,
    authority_id uuid,
    year integer,
    -- The names of the fields that differ, as a JSON array.
    fields text not null,
    -- What the other system says, encrypted: it holds id numbers and phones (U4a).
    remote_cipher bytea not null,
    state text not null,
    reason text,
    decider_id uuid,
    decided_for uuid,
    version integer not null,
    created_at timestamptz not null,
    decided_at timestamptz,
    updated_at timestamptz not null,
    primary key (jurisdiction_id, id)
);
create unique index sync_conflicts_one_open on sync_conflicts (jurisdiction_id, source, kind, external_id) where state = 'open';
create index sync_conflicts_by_state on sync_conflicts (jurisdiction_id, state, id);

-- What another system made of a record of ours: the latest answer.
create table sync_acknowledgements (
    jurisdiction_id uuid not null references jurisdictions (id),
    kind text not null,
    record_id text not null,
    id uuid not null,
    person_id uuid,
    unit_id uuid,
    authority_id uuid,
    year integer,
    answer text not null,
    -- What state of the record was answered to.
    marker text not null,
    seen bigint not null,
    reason text,
    client_id uuid not null,
    acknowledged_at timestamptz not null,
    primary key (jurisdiction_id, kind, record_id)
);
create unique index sync_acknowledgements_by_id on sync_acknowledgements (jurisdiction_id, id);
create index sync_acknowledgements_by_answer on sync_acknowledgements (jurisdiction_id, answer, id);

-- Prior years as another system knows them. They stand beside what is kept here and never add hours (H4).
create table reported_years (
    jurisdiction_id uuid not null,
    professional_id uuid not null,
    year integer not null,
    source text not null,
    outcome text not null,
    public_hours integer not null,
    professional_hours integer not null,
    reported_at timestamptz not null,
    primary key (jurisdiction_id, professional_id, year),
    foreign key (jurisdiction_id, professional_id) references professionals (jurisdiction_id, professional_id)
        deferrable initially immediate
);
