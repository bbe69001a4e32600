drop index makeup_grants_ending;
create index makeup_grants_ending on makeup_grants (jurisdiction_id, register_until) where state = 'granted';
drop index appeals_waiting;
create index appeals_waiting on appeals (jurisdiction_id, due_at) where state = 'submitted';
drop index log_entries_by_leaf;
update log_entries set leaf_index = -1 where leaf_index < 0;
create unique index log_entries_by_leaf on log_entries (leaf_index) where leaf_index >= 0;
