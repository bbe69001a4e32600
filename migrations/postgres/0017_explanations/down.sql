drop table refusals;
drop index reviews_by_id;
drop table explanations;
