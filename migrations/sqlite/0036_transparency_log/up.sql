-- The transparency log (ADR 0027): an entry for every event and for the rows that each transaction changed, in the transaction itself.
-- `leaf` is what is hashed (RFC 6962), byte for byte; `salt` and `changes` are what its digest commits to beside the event itself.
-- `mark` tells entries of the service from those of anybody else who can write here; `leaf_index` is given when they are sealed, -1 to
-- those that are not the service's.
create table log_entries (
    seq integer not null primary key autoincrement,
    id blob not null unique,
    jurisdiction_id blob,
    kind text not null,
    leaf text not null,
    salt blob,
    changes blob,
    mark blob not null,
    leaf_index bigint
);
create unique index log_entries_by_leaf on log_entries (leaf_index) where leaf_index >= 0;
create index log_entries_unsealed on log_entries (seq) where leaf_index is null;

-- Hashes of the tree, 256 to a tile (C2SP tlog-tiles); the last tile of a level grows.
create table log_tiles (
    level integer not null,
    number bigint not null,
    hashes blob not null,
    primary key (level, number)
);

-- The newest signed head of the tree.
create table log_checkpoints (
    tree_size bigint not null primary key,
    root blob not null,
    note text not null,
    sealed_at integer not null
);

-- What each witness put its name to last (C2SP tlog-cosignature): the head, and its line of the note.
create table log_cosignatures (
    witness text not null primary key,
    tree_size bigint not null,
    root blob not null,
    note text not null,
    line text not null,
    signed_at integer not null
);

-- The columns of each covered table when its rows were last digested: another shape means other digests. `*` stands for all of them, with
-- what the database runs by itself, at the version of the schema. `mark` as in log_entries.
create table log_shapes (
    covered text not null primary key,
    shape text not null,
    mark blob not null
);

alter table events add column request_id text;
-- Where an act came from. The event commits to the salted digest, so that the address itself can be erased.
alter table events add column address text;
alter table events add column address_salt blob;
alter table events add column address_digest blob;

-- Access tokens, checkpoints and credentials are signed by keys of their own.
alter table signing_keys add column purpose text not null default 'access';

-- Without it, what the log holds of a person's rows cannot be compared with anything: erasure renews it.
alter table professionals add column log_salt blob;
update professionals set log_salt = randomblob(16);
create trigger professionals_have_a_salt after insert on professionals when new.log_salt is null begin
    update professionals set log_salt = randomblob(16)
    where jurisdiction_id = new.jurisdiction_id and professional_id = new.professional_id;
end;

-- The same for rows that name somebody and are no person's own: the salt is part of the row.
alter table employment_requests add column log_salt blob;
update employment_requests set log_salt = randomblob(16);
create trigger employment_requests_have_a_salt after insert on employment_requests when new.log_salt is null begin
    update employment_requests set log_salt = randomblob(16) where rowid = new.rowid;
end;
alter table refusals add column log_salt blob;
update refusals set log_salt = randomblob(16);
create trigger refusals_have_a_salt after insert on refusals when new.log_salt is null begin
    update refusals set log_salt = randomblob(16) where rowid = new.rowid;
end;
alter table step_bases add column log_salt blob;
update step_bases set log_salt = randomblob(16);
create trigger step_bases_have_a_salt after insert on step_bases when new.log_salt is null begin
    update step_bases set log_salt = randomblob(16) where rowid = new.rowid;
end;
alter table sync_conflicts add column log_salt blob;
update sync_conflicts set log_salt = randomblob(16);
create trigger sync_conflicts_have_a_salt after insert on sync_conflicts when new.log_salt is null begin
    update sync_conflicts set log_salt = randomblob(16) where rowid = new.rowid;
end;
