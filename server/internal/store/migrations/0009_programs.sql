-- +goose Up

-- Tokens of programs: what their owner calls them, and what they may do.
ALTER TABLE tokens ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN scope TEXT NOT NULL DEFAULT '';

-- Addresses that are told of the events of a negotiation.
CREATE TABLE webhooks (
    id          TEXT   NOT NULL PRIMARY KEY,
    negotiation TEXT   NOT NULL REFERENCES negotiations (id),
    member      TEXT   NOT NULL,
    party       TEXT   NOT NULL,
    url         TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    state       TEXT   NOT NULL,
    done        BIGINT NOT NULL,
    attempts    BIGINT NOT NULL,
    next_at     BIGINT NOT NULL,
    sent_at     BIGINT NOT NULL,
    problem     TEXT   NOT NULL,
    lease_owner TEXT   NOT NULL,
    lease_until BIGINT NOT NULL
);
CREATE INDEX webhooks_negotiation ON webhooks (negotiation, created_at);
CREATE INDEX webhooks_due ON webhooks (state, next_at);
