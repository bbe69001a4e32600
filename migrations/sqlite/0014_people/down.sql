drop table person_merges;
drop table unit_registrations;
drop table employment_requests;
drop table registrations;
drop table transfers;
