drop table unit_figures;
drop table figure_log;
drop table unit_places;
drop table unit_parts;
drop table person_parts;
drop table figure_folds;
drop table figure_journal;
