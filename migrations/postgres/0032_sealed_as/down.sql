alter table annual_records drop column sealed_as;
