-- +goose Up

-- What is sealed, encrypted with a key that is not in the database: content is
-- base64 of AES-256-GCM, bound to the round, the party and the name.
CREATE TABLE sealed_positions (
    round   TEXT NOT NULL REFERENCES rounds (id),
    party   TEXT NOT NULL,
    name    TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (round, party, name)
);

-- What everybody may see of it: commitments, and what came of them.
ALTER TABLE rounds ADD COLUMN seals TEXT NOT NULL DEFAULT '';
