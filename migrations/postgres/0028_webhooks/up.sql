-- Webhooks (ADR 0022). An endpoint reads the change feed for its owner; `position` is how far deliveries were made of it.
create table webhook_endpoints (
    jurisdiction_id uuid not null references jurisdictions (id),
    id uuid not null,
    -- An account, or a machine client.
    owner_id uuid not null,
    owner_is_client boolean not null,
    -- The unit that its own events concern.
    unit_id uuid not null,
    -- Encrypted: addresses of receivers may hold a password of theirs.
    url bytea not null,
    description text not null,
    -- Types of events, separated by spaces; all where it is empty.
    types text not null,
    content text not null,
    schemes text not null,
    enabled boolean not null,
    disabled_because text,
    disabled_at timestamptz,
    -- Since when its receiver has taken nothing that was tried.
    failing_since timestamptz,
    -- Until when its receiver asked to be left alone.
    resting_until timestamptz,
    position bigint not null,
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz,
    primary key (jurisdiction_id, id),
    foreign key (jurisdiction_id, unit_id) references organizations (jurisdiction_id, id)
);
create index webhook_endpoints_by_owner on webhook_endpoints (jurisdiction_id, owner_id, id);

-- What deliveries are signed with. A replaced one signs beside the new one until it expires.
create table webhook_secrets (
    jurisdiction_id uuid not null,
    endpoint_id uuid not null,
    id uuid not null,
    scheme text not null,
    secret bytea not null,
    public_key text,
    created_at timestamptz not null,
    expires_at timestamptz,
    primary key (jurisdiction_id, endpoint_id, id),
    foreign key (jurisdiction_id, endpoint_id) references webhook_endpoints (jurisdiction_id, id)
);

-- One event for one endpoint. What is sent is made when it is sent: nothing of it is kept here.
create table webhook_deliveries (
    jurisdiction_id uuid not null,
    endpoint_id uuid not null,
    id uuid not null,
    kind text not null,
    event_id uuid,
    event_type text,
    state text not null,
    attempts integer not null,
    -- Attempts since the receiver last took anything.
    strikes integer not null,
    -- None while the endpoint is disabled, and once it is finished.
    next_attempt_at timestamptz,
    last_attempt_at timestamptz,
    last_status integer,
    last_failure text,
    last_duration_ms integer,
    created_at timestamptz not null,
    finished_at timestamptz,
    primary key (jurisdiction_id, endpoint_id, id),
    foreign key (jurisdiction_id, endpoint_id) references webhook_endpoints (jurisdiction_id, id)
);
create index webhook_deliveries_due on webhook_deliveries (next_attempt_at) where next_attempt_at is not null;
create index webhook_deliveries_open on webhook_deliveries (jurisdiction_id, endpoint_id, id) where finished_at is null;
create index webhook_deliveries_finished on webhook_deliveries (finished_at) where finished_at is not null;
