create table professionals (
    jurisdiction_id uuid not null references jurisdictions (id),
    professional_id uuid not null,
    name text not null,
    id_type text not null,
    id_cipher bytea not null,
    id_masked text not null,
    phone_cipher bytea,
    title_series text,
    title_level text,
    post text not null,
    state text not null,
    employer_id uuid,
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (jurisdiction_id, professional_id),
    foreign key (jurisdiction_id, employer_id) references organizations (jurisdiction_id, id)
);
create index professionals_by_id on professionals (professional_id);
create index professionals_by_employer on professionals (jurisdiction_id, employer_id, professional_id);

-- U4: one person, one record. Looked up by keyed hash of the id; U4a: the id itself is only stored encrypted.
-- Not keyed by person, since it is how a person is found.
create table professional_identities (
    jurisdiction_id uuid not null references jurisdictions (id),
    id_hash bytea not null,
    professional_id uuid not null,
    primary key (jurisdiction_id, id_hash)
);

create table employments (
    jurisdiction_id uuid not null,
    professional_id uuid not null,
    id uuid not null,
    organization_id uuid not null,
    started_on date not null,
    ended_on date,
    end_reason text,
    primary key (jurisdiction_id, professional_id, id),
    foreign key (jurisdiction_id, professional_id) references professionals (jurisdiction_id, professional_id),
    foreign key (jurisdiction_id, organization_id) references organizations (jurisdiction_id, id)
);
create unique index employments_one_current on employments (jurisdiction_id, professional_id) where ended_on is null;
