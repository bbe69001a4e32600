-- W3: a published policy is replaced by a new version with a reason, never edited.
create table policies (
    jurisdiction_id blob not null references jurisdictions (id),
    year integer not null,
    version integer not null,
    state text not null,
    document text not null,
    reason text,
    revision integer not null,
    created_by blob,
    created_at integer not null,
    published_at integer,
    primary key (jurisdiction_id, year, version)
);
create index policies_current on policies (jurisdiction_id, year, state, version);

-- V2: the State Council's arrangement of a year, as dates that differ from Monday-Friday.
create table arrangements (
    jurisdiction_id blob not null references jurisdictions (id),
    year integer not null,
    days text not null,
    version integer not null,
    loaded_by blob,
    loaded_at integer not null,
    primary key (jurisdiction_id, year)
);

create table platforms (
    jurisdiction_id blob not null references jurisdictions (id),
    code text not null,
    name text not null,
    url text,
    version integer not null,
    created_at integer not null,
    primary key (jurisdiction_id, code)
);
