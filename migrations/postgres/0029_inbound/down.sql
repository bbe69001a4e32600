drop table reported_years;
drop table sync_acknowledgements;
drop table sync_conflicts;
drop table sync_references;
