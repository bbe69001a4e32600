drop table makeup_grants;
drop table makeup_reviews;
drop table makeup_items;
drop table makeup_applications;
drop table makeup_bodies;
