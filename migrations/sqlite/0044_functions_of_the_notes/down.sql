-- Nothing to do here: on SQLite the writer's connection takes the notes.
select 1;
