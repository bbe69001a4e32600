alter table imports drop column ignored_sheets;
