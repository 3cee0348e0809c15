-- Makes the two roles of care-timeline in a new PostgreSQL, with passwords taken from the environment.
-- psql reads it as superuser: the owner's role migrates and runs the operator's commands, the app's role serves.

\getenv owner_password CARE_TIMELINE_OWNER_PASSWORD
\getenv app_password CARE_TIMELINE_APP_PASSWORD

create role care_timeline_owner login password :'owner_password';
create role care_timeline_app login password :'app_password';

alter database care_timeline owner to care_timeline_owner;
revoke all on database care_timeline from public;
grant connect on database care_timeline to care_timeline_app;
