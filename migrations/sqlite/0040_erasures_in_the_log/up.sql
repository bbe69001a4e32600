-- On SQLite what is covered is watched by the writer's connection (0036).
select 1;
