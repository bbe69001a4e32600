drop table funding_report_revisions;
drop table funding_reports;
drop table seminar_admissions;
drop index learning_records_one_per_seminar;
drop index learning_records_by_seminar;
alter table learning_records drop column seminar_id;
drop table seminar_steps;
drop table seminars;
