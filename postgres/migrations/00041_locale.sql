-- +goose Up
-- What a creator reads on their page and in the mails that the program words itself; null until the house or the creator chose.
alter table creators add column locale text check (locale in ('en', 'de'));

-- +goose Down
alter table creators drop column locale;
