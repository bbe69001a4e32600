-- A2: a status list asks which of many certificates stand no more.
create index certificates_ended on certificates (number) where ended_at is not null;

-- What stands before the content in the digest that the event of the issue bears; null once the person was erased (U4a).
alter table certificates add column content_salt blob;
