-- +goose Up

-- Whose particulars have been erased.
ALTER TABLE members ADD COLUMN erased BOOLEAN NOT NULL DEFAULT FALSE;
