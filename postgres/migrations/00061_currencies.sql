-- +goose Up
-- What Stripe lists besides, with its special cases: no minor unit, and three digits of which the last is 0.
insert into currencies (code, exponent, step) values
  ('ron', 2, 1), ('bif', 0, 1), ('djf', 0, 1), ('gnf', 0, 1), ('kmf', 0, 1), ('mga', 0, 1), ('pyg', 0, 1), ('rwf', 0, 1), ('vuv', 0, 1), ('xaf', 0, 1), ('xof', 0, 1), ('xpf', 0, 1),
  ('jod', 3, 10), ('omr', 3, 10), ('tnd', 3, 10);

-- +goose Down
delete from currencies where code in ('ron', 'bif', 'djf', 'gnf', 'kmf', 'mga', 'pyg', 'rwf', 'vuv', 'xaf', 'xof', 'xpf', 'jod', 'omr', 'tnd');
