alter table certificates drop column content_salt;
drop index certificates_ended;
