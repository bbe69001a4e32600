-- Which covered rows are touched is noted by the writer's connection on SQLite.
-- An index whose condition names a value serves no question that has the value as a parameter.
drop index log_entries_by_leaf;
-- Entries that are not the service's have places below zero, each its own.
update log_entries set leaf_index = -(
    select count(*) from log_entries as refused where refused.leaf_index < 0 and refused.seq <= log_entries.seq
) where leaf_index < 0;
create unique index log_entries_by_leaf on log_entries (leaf_index) where leaf_index is not null;
drop index appeals_waiting;
create index appeals_waiting on appeals (jurisdiction_id, state, due_at);
drop index makeup_grants_ending;
create index makeup_grants_ending on makeup_grants (jurisdiction_id, state, register_until);
