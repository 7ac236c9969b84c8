-- +goose Up
-- A creator's page looks for the other partnerships that the same contact has a link to, each time it is shown.
create index portal_links_of on portal_links (contact_id, partnership_id);

-- +goose Down
drop index portal_links_of;
