-- +goose Up

-- What a party keeps to itself of its key persons. No other table knows of it,
-- so that nothing shared changes with it.
CREATE TABLE diaries (
    negotiation TEXT   NOT NULL REFERENCES negotiations (id),
    party       TEXT   NOT NULL,
    version     BIGINT NOT NULL,
    persons     TEXT   NOT NULL,
    commitments TEXT   NOT NULL,
    PRIMARY KEY (negotiation, party)
);

-- The travel table of the installation, in one row.
CREATE TABLE travel (
    id      TEXT   NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    legs    TEXT   NOT NULL
);
