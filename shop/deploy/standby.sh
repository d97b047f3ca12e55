#!/usr/bin/env bash
# A standby: a copy of the primary at the first start, afterwards what it was, promoted or not.
set -euo pipefail
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    install -d -o postgres -g postgres -m 700 "$PGDATA"
    gosu postgres env PGPASSWORD="$REPLICATION_PASSWORD" pg_basebackup --pgdata "$PGDATA" --write-recovery-conf \
        --wal-method=stream --checkpoint=fast \
        --dbname "host=primary user=replication application_name=standby password=$REPLICATION_PASSWORD"
fi
exec gosu postgres postgres
