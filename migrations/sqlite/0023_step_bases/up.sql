-- V7, V10: what a step of a side road rested on, kept beside the event that tells of it, in the transaction of the step.
create table step_bases (
    jurisdiction_id blob not null,
    event_id blob not null,
    -- Acting for which unit; none for people on their own behalf and for time.
    unit_id blob,
    -- Under which version of which year's policy; none where no policy has a say.
    policy_year integer,
    policy_version integer,
    comment text,
    -- Inputs and findings, as JSON.
    document text not null,
    primary key (jurisdiction_id, event_id),
    foreign key (jurisdiction_id, event_id) references events (jurisdiction_id, id)
);
