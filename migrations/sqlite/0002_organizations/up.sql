create table organizations (
    jurisdiction_id blob not null references jurisdictions (id),
    id blob not null,
    parent_id blob,
    -- "/root/…/self/": a subtree is a prefix.
    path text not null,
    kind text not null,
    name text not null,
    unit_code text,
    is_public_institution boolean not null,
    reviewing_body_id blob,
    state text not null,
    version integer not null,
    created_at integer not null,
    updated_at integer not null,
    primary key (jurisdiction_id, id),
    foreign key (jurisdiction_id, parent_id) references organizations (jurisdiction_id, id),
    foreign key (jurisdiction_id, reviewing_body_id) references organizations (jurisdiction_id, id)
);
create unique index organizations_path on organizations (jurisdiction_id, path);
create unique index organizations_unit_code on organizations (jurisdiction_id, unit_code);
create index organizations_by_id on organizations (id);
create index organizations_by_reviewing_body on organizations (jurisdiction_id, reviewing_body_id);
