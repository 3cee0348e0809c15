-- Makes the roles of care-timeline in a new PostgreSQL. psql reads it as superuser: the owner's role migrates and runs
-- the operator's commands, the app's role serves. Nobody logs in as the two of the analysts: one owns their views, and
-- the other may read these; each analyst gets a role of their own, a member of that, by `care-timeline analysts create`.
--
-- Each password comes from the file that the environment names in CARE_TIMELINE_OWNER_PASSWORD_FILE and
-- CARE_TIMELINE_APP_PASSWORD_FILE or, where it names none, from CARE_TIMELINE_OWNER_PASSWORD and
-- CARE_TIMELINE_APP_PASSWORD themselves.

\set ON_ERROR_STOP on

\getenv owner_password_file CARE_TIMELINE_OWNER_PASSWORD_FILE
\if :{?owner_password_file}
\set owner_password `cat "$CARE_TIMELINE_OWNER_PASSWORD_FILE"`
\else
\getenv owner_password CARE_TIMELINE_OWNER_PASSWORD
\endif

\getenv app_password_file CARE_TIMELINE_APP_PASSWORD_FILE
\if :{?app_password_file}
\set app_password `cat "$CARE_TIMELINE_APP_PASSWORD_FILE"`
\else
\getenv app_password CARE_TIMELINE_APP_PASSWORD
\endif

create role care_timeline_owner login createrole password :'owner_password';
create role care_timeline_app login password :'app_password';
create role care_timeline_analytics admin care_timeline_owner;
create role care_timeline_analyst admin care_timeline_owner;

alter database care_timeline owner to care_timeline_owner;
revoke all on database care_timeline from public;
-- Temporary tables hold an organization's rows as they stood in the past, for as long as a connection asks of them.
grant connect, temporary on database care_timeline to care_timeline_app;
