drop table appraisal_addenda;
drop table appraisals;
drop table lapses;
drop table settlements;
drop table job_errors;
drop table jobs;
