-- What this database is for: production data and sandbox data never mix.
create table installation (
    id integer primary key check (id = 1),
    purpose text not null check (purpose in ('production', 'sandbox')),
    sandbox_clock text,
    created_at timestamptz not null
);

create table jurisdictions (
    id uuid primary key,
    code text not null unique,
    name text not null,
    is_default boolean not null,
    created_at timestamptz not null
);

-- Running numbers, for instance of certificates of a year.
create table counters (
    jurisdiction_id uuid not null references jurisdictions (id),
    name text not null,
    value bigint not null,
    primary key (jurisdiction_id, name)
);

-- The key of a request commits with its effect; a repeat is answered from here.
create table idempotency_keys (
    caller text not null,
    key text not null,
    fingerprint bytea not null,
    status integer not null,
    headers text not null,
    body bytea not null,
    created_at timestamptz not null,
    primary key (caller, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);
