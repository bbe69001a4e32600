drop table appeals;
drop table exemption_acts;
drop table exemptions;
