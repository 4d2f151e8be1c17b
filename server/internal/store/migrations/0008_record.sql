-- +goose Up

-- The record that parties can check (package scheduling/record): a log that
-- they share, and one for each party. Entries of events that are older than
-- this are made after the migration.

CREATE TABLE record_logs (
    negotiation TEXT   NOT NULL REFERENCES negotiations (id),
    log         TEXT   NOT NULL,
    size        BIGINT NOT NULL,
    edge        TEXT   NOT NULL,
    PRIMARY KEY (negotiation, log)
);

CREATE TABLE record_entries (
    negotiation TEXT   NOT NULL REFERENCES negotiations (id),
    log         TEXT   NOT NULL,
    seq         BIGINT NOT NULL,
    event       BIGINT NOT NULL,
    entry       TEXT   NOT NULL,
    parts       TEXT   NOT NULL,
    PRIMARY KEY (negotiation, log, seq)
);

ALTER TABLE negotiations ADD COLUMN head TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN head TEXT NOT NULL DEFAULT '';
