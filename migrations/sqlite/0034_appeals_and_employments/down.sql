alter table employments drop column recorded_at;
alter table appeals add column created_at integer not null default 0;
update appeals set created_at = submitted_at;
alter table appeals drop column seminar_id;
