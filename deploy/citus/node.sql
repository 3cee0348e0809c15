-- Makes a new PostgreSQL a node of the cluster, after roles.sql: psql reads it as superuser, on each machine.
-- The nodes log in to each other as whoever asked, with the passwords below (0: any node, -1: the node itself).

\getenv superuser_password POSTGRES_PASSWORD
\getenv owner_password CARE_TIMELINE_OWNER_PASSWORD
\getenv app_password CARE_TIMELINE_APP_PASSWORD

create extension if not exists citus;

insert into pg_dist_authinfo (nodeid, rolename, authinfo)
select nodeid, rolename, 'password=' || password
  from unnest(array[0, -1]) as nodeid
 cross join (values ('postgres', :'superuser_password'),
                    ('care_timeline_owner', :'owner_password'),
                    ('care_timeline_app', :'app_password')) as login (rolename, password);
