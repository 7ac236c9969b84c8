-- +goose Up
-- What the API writes for the creator's portal and for finance: the address of a post that the creator reported, and the day on
-- which a hold is looked at again. Every other column of these tables stays the worker's.
grant update (post_url) on deliverables to rapport_api;
grant update (review_on) on payouts to rapport_api;
-- A shared account, such as the cash at Stripe, belongs to no wall: the lines of a transaction are read whole.
create policy api_shared on ledger_accounts for select to rapport_api using (brand_id is null);
create index audit_log_subject on audit_log (subject, id desc);

-- +goose Down
drop index audit_log_subject;
drop policy api_shared on ledger_accounts;
revoke update (review_on) on payouts from rapport_api;
revoke update (post_url) on deliverables from rapport_api;
