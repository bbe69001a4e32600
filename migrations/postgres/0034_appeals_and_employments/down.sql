alter table employments drop column recorded_at;
alter table appeals add column created_at timestamptz not null default 'epoch';
update appeals set created_at = submitted_at;
alter table appeals drop column seminar_id;
