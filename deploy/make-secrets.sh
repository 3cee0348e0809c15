#!/bin/sh
# Makes the secrets that compose.yaml hands to its containers, each in a file: sh deploy/make-secrets.sh [FOLDER]
#
# Compose mounts a secret's file with the permissions it has here, and the containers run as other users: the files are
# readable, and the folder lets nobody but you reach them. What is there already stays as it is.
#
# Keep a copy of key_encryption_keys somewhere else, and not beside a backup of the database: without it nobody reads
# anything, and with it everybody does.
set -eu

folder=${1:-secrets}
mkdir -p "$folder"
chmod 700 "$folder"

# keep FILE CONTENT
keep() {
    [ -e "$folder/$1" ] || printf '%s\n' "$2" > "$folder/$1"
    chmod 444 "$folder/$1"
}

# address ROLE PASSWORD
address() {
    printf 'postgresql://%s:%s@postgres:5432/care_timeline' "$1" "$2"
}

keep postgres_password "$(openssl rand -hex 32)"
keep owner_password "$(openssl rand -hex 32)"
keep app_password "$(openssl rand -hex 32)"
keep owner_database_url "$(address care_timeline_owner "$(cat "$folder/owner_password")")"
keep database_url "$(address care_timeline_app "$(cat "$folder/app_password")")"
keep key_encryption_keys "kek-$(openssl rand -hex 4):$(openssl rand -base64 32)"
keep signing_keys "$(openssl rand -base64 32)"
