drop table learning_records;
drop table classes;
drop table plan_items;
drop table training_plans;
drop table filings;
