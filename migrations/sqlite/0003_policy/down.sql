drop table platforms;
drop table arrangements;
drop table policies;
