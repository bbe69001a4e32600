drop table attachments;
drop table reviews;
drop table declarations;
