-- V8, P6: the advanced seminar whose record is missing. When an appeal was made is when it was submitted.
alter table appeals add column seminar_id uuid;
alter table appeals drop column created_at;

-- A3: when an employment came to be known. Who is entered after the freeze began is not counted for its year.
alter table employments add column recorded_at timestamptz;
