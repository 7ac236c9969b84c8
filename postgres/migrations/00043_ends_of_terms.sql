-- +goose Up
-- The list of key dates walks the ends of terms in their order.
create index contracts_end on contracts (brand_id, ends_at) where state = 'executed' and amends is null;
