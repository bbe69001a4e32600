-- Work in bulk (ADR 0024): a file of rows, taken in by a job. The file itself lies sealed among the evidence files and is removed
-- some days after the job is over; what is kept here holds no personal data.
create table imports (
    jurisdiction_id blob not null references jurisdictions (id),
    id blob not null,
    job_id blob not null,
    kind text not null,
    mode text not null,
    dry_run boolean not null,
    -- The class of a roster; the unit for rows that name none.
    target_id blob,
    -- Why a roster is corrected.
    reason text,
    file_name text not null,
    file_format text not null,
    file_size integer not null,
    content_hash text not null,
    -- Where the sealed file is; null once it was removed.
    blob_hash text,
    -- Heads that name no column, as a JSON list.
    ignored_heads text not null,
    row_count integer not null,
    created integer not null,
    changed integer not null,
    unchanged integer not null,
    refused integer not null,
    error_count integer not null,
    -- The revision of the roster that it makes.
    roster_revision integer,
    account_id blob not null,
    unit_id blob not null,
    created_at integer not null,
    finished_at integer,
    version integer not null,
    primary key (jurisdiction_id, id),
    foreign key (jurisdiction_id, job_id) references jobs (jurisdiction_id, id)
);
create unique index imports_by_job on imports (jurisdiction_id, job_id);
create index imports_by_account on imports (jurisdiction_id, account_id, id);
create index imports_with_file on imports (finished_at) where blob_hash is not null;

-- What was wrong with a row, cell by cell.
create table import_errors (
    jurisdiction_id blob not null,
    import_id blob not null,
    number integer not null,
    sheet text not null,
    line integer not null,
    -- The letter of the column in the sheet, and its name; null where the row as a whole was refused.
    letter text,
    field text,
    code text not null,
    detail_zh text not null,
    detail_en text not null,
    primary key (jurisdiction_id, import_id, number),
    foreign key (jurisdiction_id, import_id) references imports (jurisdiction_id, id)
);
