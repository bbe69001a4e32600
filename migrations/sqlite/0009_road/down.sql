alter table annual_records drop column settled_at;
alter table annual_records drop column outcome;
alter table annual_records drop column makeup_professional;
alter table annual_records drop column makeup_public;
alter table declarations drop column reinstated;
alter table declarations drop column makeup_grant_id;
drop table stage_visits;
drop table events;
