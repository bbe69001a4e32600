-- Lists that are taken out as files by jobs (ADR 0026). The rows lie sealed among the evidence files, one file for each part, and are
-- removed some days after the job is over.
create table exports (
    jurisdiction_id uuid not null references jurisdictions (id),
    id uuid not null,
    job_id uuid not null,
    list text not null,
    -- The list's parameters, as a JSON object of texts.
    parameters text not null,
    format text not null,
    -- The columns that occurred, as a JSON list.
    heads text not null,
    row_count bigint not null,
    account_id uuid not null,
    unit_id uuid not null,
    created_at timestamptz not null,
    finished_at timestamptz,
    -- When its parts were removed.
    removed_at timestamptz,
    version integer not null,
    primary key (jurisdiction_id, id),
    foreign key (jurisdiction_id, job_id) references jobs (jurisdiction_id, id)
);
create index exports_by_account on exports (jurisdiction_id, account_id, id);
create index exports_with_parts on exports (finished_at) where removed_at is null;

create table export_parts (
    jurisdiction_id uuid not null,
    export_id uuid not null,
    number integer not null,
    row_count integer not null,
    blob_hash text not null,
    primary key (jurisdiction_id, export_id, number),
    foreign key (jurisdiction_id, export_id) references exports (jurisdiction_id, id)
);
