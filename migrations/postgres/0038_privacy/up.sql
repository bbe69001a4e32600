-- The keys that personal numbers and secrets are encrypted under (U4a, ADR 0030). They lie here wrapped under the master key, which lies
-- outside of the database. Each ciphertext names the version of its key; version 0 is what was derived from the first master key before.
create table data_keys (
    kind text not null check (kind in ('field', 'look_up')),
    version integer not null,
    algorithm text not null,
    wrapped bytea not null,
    -- Which master key it is wrapped under: a name that says nothing of the key.
    wrapped_by text not null,
    created_at timestamptz not null,
    -- When nothing was left that is encrypted under it. It goes on decrypting.
    retired_at timestamptz,
    primary key (kind, version)
);

-- U4a: when a person's data was erased, and by whom. Their record is a shell from then on.
create table erasures (
    jurisdiction_id uuid not null,
    professional_id uuid not null,
    account_id uuid not null,
    unit_id uuid not null,
    reason text not null,
    erased_at timestamptz not null,
    primary key (jurisdiction_id, professional_id),
    foreign key (jurisdiction_id, professional_id) references professionals (jurisdiction_id, professional_id)
        deferrable initially immediate
);

-- Files of evidence that nobody's record names any more; they are removed after the transaction that let go of them.
create table orphaned_files (
    content_hash text primary key,
    since timestamptz not null
);

-- U4: the account that was closed when two records became one: it still bears the person's name.
alter table person_merges add column closed_account_id uuid;

-- Of merges before, as far as it can be told: an account that was closed, that never held an office, and that acted in the name of the
-- record that was merged.
update person_merges set closed_account_id = (
    select accounts.id from accounts
    where accounts.jurisdiction_id = person_merges.jurisdiction_id
        and accounts.professional_id is null and accounts.state = 'disabled'
        and exists (
            select 1 from events
            where events.jurisdiction_id = accounts.jurisdiction_id and events.account_id = accounts.id
                and events.person_id = person_merges.merged_id
        )
        and not exists (select 1 from grants where grants.account_id = accounts.id and grants.role <> 'professional')
    order by accounts.id limit 1
);

-- What is stored about one person is found without going through everybody's, for their copy and for their erasure.
create index sync_references_by_person on sync_references (jurisdiction_id, person_id) where person_id is not null;
create index sync_conflicts_by_person on sync_conflicts (jurisdiction_id, person_id) where person_id is not null;
create index sync_acknowledgements_by_person on sync_acknowledgements (jurisdiction_id, person_id) where person_id is not null;
create index employment_requests_by_person on employment_requests (jurisdiction_id, person_id) where person_id is not null;
create index employment_requests_by_account on employment_requests (jurisdiction_id, account_id);
create index attachments_by_hash on attachments (content_hash);
