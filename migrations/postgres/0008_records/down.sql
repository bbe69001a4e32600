drop table record_acts;
drop table certificates;
drop table annual_records;
