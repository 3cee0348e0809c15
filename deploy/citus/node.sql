-- Makes a new PostgreSQL a node of the cluster, after roles.sql: psql reads it as superuser, on each machine.
-- The nodes log in to each other as whoever asked, with the passwords in these files (0: any node, -1: the node itself).

\set ON_ERROR_STOP on

\set superuser_password `cat "$POSTGRES_PASSWORD_FILE"`
\set owner_password `cat "$CARE_TIMELINE_OWNER_PASSWORD_FILE"`
\set app_password `cat "$CARE_TIMELINE_APP_PASSWORD_FILE"`

create extension if not exists citus;

insert into pg_dist_authinfo (nodeid, rolename, authinfo)
select nodeid, rolename, 'password=' || password
  from unnest(array[0, -1]) as nodeid
 cross join (values ('postgres', :'superuser_password'),
                    ('care_timeline_owner', :'owner_password'),
                    ('care_timeline_app', :'app_password')) as login (rolename, password);
