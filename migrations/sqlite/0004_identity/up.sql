create table accounts (
    id blob primary key,
    jurisdiction_id blob not null references jurisdictions (id),
    username text not null unique,
    password_hash text not null,
    display_name text not null,
    professional_id blob,
    state text not null,
    version integer not null,
    created_at integer not null,
    updated_at integer not null
);
create index accounts_by_professional on accounts (jurisdiction_id, professional_id);

create table grants (
    id blob primary key,
    jurisdiction_id blob not null,
    account_id blob not null references accounts (id),
    role text not null,
    organization_id blob not null,
    granted_at integer not null,
    granted_by blob,
    ended_at integer,
    ended_by blob,
    foreign key (jurisdiction_id, organization_id) references organizations (jurisdiction_id, id)
);
create index grants_by_account on grants (account_id, ended_at);
create index grants_by_organization on grants (jurisdiction_id, organization_id, ended_at);
-- U1: a unit has one certificate administrator at a time.
create unique index grants_one_administrator on grants (jurisdiction_id, organization_id, role)
    where ended_at is null and role in ('employer_administrator', 'reviewer', 'institution_administrator');

create table sessions (
    id blob primary key,
    account_id blob not null references accounts (id),
    refresh_hash blob not null,
    generation integer not null,
    created_at integer not null,
    expires_at integer not null,
    ended_at integer,
    end_reason text
);
create index sessions_by_account on sessions (account_id, ended_at);

create table login_failures (
    subject text primary key,
    failures integer not null,
    locked_until integer,
    last_failure_at integer not null
);

create table clients (
    id blob primary key,
    jurisdiction_id blob not null references jurisdictions (id),
    client_id text not null unique,
    name text not null,
    secret_hash text,
    public_key text,
    scopes text not null,
    organization_id blob not null,
    platform_code text,
    state text not null,
    created_at integer not null,
    foreign key (jurisdiction_id, organization_id) references organizations (jurisdiction_id, id),
    foreign key (jurisdiction_id, platform_code) references platforms (jurisdiction_id, code)
);

-- private_key_jwt assertions that were used: each is good once.
create table client_assertions (
    client_id blob not null references clients (id),
    jti text not null,
    expires_at integer not null,
    primary key (client_id, jti)
);

create table signing_keys (
    kid text primary key,
    private_key blob not null,
    public_key text not null,
    created_at integer not null,
    retired_at integer,
    expires_at integer
);
