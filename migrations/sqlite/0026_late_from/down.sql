drop index stage_visits_waiting;
create index stage_visits_waiting on stage_visits (jurisdiction_id, warned, due_at) where left_at is null;
alter table stage_visits drop column late_from;
alter table declarations drop column late_from;
