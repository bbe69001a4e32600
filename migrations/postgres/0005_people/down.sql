drop table employments;
drop table professional_identities;
drop table professionals;
