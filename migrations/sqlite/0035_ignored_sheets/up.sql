-- Sheets of a file that had something in them but not the heads, as a JSON list. Of the files before nobody knows.
alter table imports add column ignored_sheets text not null default '[]';
