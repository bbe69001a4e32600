drop index certificates_by_id;
drop index events_without_position;
drop index events_by_position;
alter table events drop column position;
alter table events drop column seq;
