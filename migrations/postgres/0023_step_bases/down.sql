drop table step_bases;
