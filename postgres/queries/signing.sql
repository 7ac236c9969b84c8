-- name: SigningDocument :one
-- How a contract is signed elsewhere, and what is sent there; without a document yet, to whom it would go.
select t.id, t.brand_id, t.partnership_id, t.number, t.state as contract_state, t.body_sha256, b.name as brand_name, b.postal_address, b.signing, z.zone, coalesce(d.state, '')::text as state,
  coalesce(d.provider_id, '')::text as provider_id, coalesce(d.url, '')::text as url, coalesce(d.signer_name, '')::text as signer_name, coalesce(d.signer_email, '')::text as signer_email,
  coalesce(d.field, '{}')::jsonb as field, d.tried_at, d.file_sha256, coalesce(f.content, '')::bytea as file, p.creator_id, c.name as creator_name
from contracts t join brands b on b.id = t.brand_id join calendars z on z.id = b.calendar_id join partnerships p on p.id = t.partnership_id join creators c on c.id = p.creator_id
left join signing_documents d on d.contract_id = t.id left join blobs f on f.sha256 = d.file_sha256
where t.id = @contract_id;

-- name: InsertSigningDocument :exec
-- Only for what waits for a signature, and what nobody has signed meanwhile.
insert into signing_documents (contract_id, brand_id, partnership_id, provider, contact_id, signer_name, signer_email, file_sha256, field)
select t.id, t.brand_id, t.partnership_id, @provider, @contact_id, @signer_name, @signer_email, @file_sha256, @field
from contracts t where t.id = @contract_id and t.state = 'out_for_signature' and not exists (select 1 from signatures s where s.contract_id = t.id and s.party = 'creator')
on conflict (contract_id) do nothing;

-- name: ClaimSigningDocument :execrows
-- Whoever makes the document does so alone: another one waits until a request that never answered has ended for certain.
update signing_documents set tried_at = now() where contract_id = @contract_id and state = 'opening' and provider_id is null and (tried_at is null or tried_at < now() - make_interval(secs => @seconds));

-- name: FreeSigningDocument :exec
update signing_documents set tried_at = null where contract_id = @contract_id and provider_id is null;

-- name: SetSigningDocument :exec
update signing_documents set provider_id = @provider_id::text, state = case when @url::text <> '' and state = 'opening' then 'open' else state end, url = coalesce(nullif(@url::text, ''), url)
where contract_id = @contract_id;

-- name: LockSigningDocument :one
select d.contract_id, d.brand_id, d.partnership_id, d.contact_id, d.provider, d.state, d.signer_name, d.signer_email, d.file_sha256, d.signed_at, t.state as contract_state, t.body_sha256
from signing_documents d join contracts t on t.id = d.contract_id where d.contract_id = @contract_id and d.provider_id = @provider_id::text for update of d;

-- name: EndSigningDocument :exec
update signing_documents set state = @state, reason = coalesce(sqlc.narg('reason'), reason), signed_at = coalesce(sqlc.narg('signed_at'), signed_at), looked_at = now() where contract_id = @contract_id;

-- name: InsertSignatureElsewhere :exec
insert into signatures (contract_id, party, name, contact_id, body_sha256, agent, consent, identity, identity_address, at)
values (@contract_id, 'creator', @name, @contact_id, @body_sha256, @agent, @consent::text, @identity::text, @identity_address::text, @at);

-- name: InsertRejection :exec
-- What the creator wrote where they declined to sign, in the conversation.
insert into messages (id, thread_id, partnership_id, brand_id, creator_id, direction, channel, kind, state, from_address, body_text)
select @id, (select coalesce(t.merged_into, t.id) from threads t where t.partnership_id = p.id and t.main), p.id, p.brand_id, p.creator_id, 'in', 'portal', 'reply', 'handled', @from_address::text, @body_text
from partnerships p where p.id = @partnership_id on conflict (id) do nothing;

-- name: AskAboutSigning :exec
insert into tasks (id, brand_id, partnership_id, creator_id, dedupe_key, kind, code, owner_id, ref, due_at)
select gen_random_uuid(), p.brand_id, p.id, p.creator_id, 'signing/' || t.id || '/' || @code::text, 'signing_stuck', @code::text, p.owner_id, t.id, now()
from contracts t join partnerships p on p.id = t.partnership_id where t.id = @contract_id
on conflict (dedupe_key) do update set state = 'open', snoozed_until = null, done_by = null, done_at = null where tasks.state in ('done', 'cancelled') and tasks.code = 'refused';

-- name: CloseSigningTask :exec
update tasks set state = 'cancelled', snoozed_until = null, done_at = now() where dedupe_key = 'signing/' || @contract_id::uuid || '/' || @code::text and state in ('open', 'snoozed');

-- name: AskAboutRefusedSignature :exec
-- A signature from elsewhere that its workflow did not take: the contract had ended.
insert into tasks (id, brand_id, partnership_id, creator_id, dedupe_key, kind, code, owner_id, ref, due_at)
select gen_random_uuid(), p.brand_id, p.id, p.creator_id, 'signing/' || d.contract_id || '/too_late', 'signing_stuck', 'too_late', p.owner_id, d.contract_id, now()
from outbox o join signing_documents d on d.contract_id = (o.input ->> 'ref')::uuid join partnerships p on p.id = d.partnership_id
where o.id = @outbox_id and o.kind = 'update' and o.input ->> 'kind' = 'sign_contract' and d.state = 'completed'
on conflict (dedupe_key) do nothing;

-- name: SigningDocumentsToAsk :many
-- Documents of contracts that no longer wait for a signature, which are to be ended, and of the others those that were not asked about for an hour.
select d.contract_id, coalesce(d.provider_id, '')::text as provider_id, (t.state <> 'out_for_signature')::boolean as over
from signing_documents d join contracts t on t.id = d.contract_id
where d.state in ('opening', 'open') and (d.tried_at is null or d.tried_at < now() - make_interval(secs => @seconds) or d.provider_id is not null)
  and (t.state <> 'out_for_signature' or d.state = 'open' and (d.looked_at is null or d.looked_at < now() - interval '1 hour'))
order by d.looked_at nulls first, d.contract_id limit @max_rows;

-- name: SigningDocumentSeen :exec
update signing_documents set looked_at = now() where contract_id = @contract_id;

-- name: SignedElsewhere :many
select d.contract_id, d.provider, d.state, d.signer_email, coalesce(d.url, '')::text as url, coalesce(d.reason, '')::text as reason, f.sha256 as sealed_sha256
from signing_documents d left join sealed_papers f on f.contract_id = d.contract_id where d.contract_id = any (@contracts::uuid[]);

-- name: UnsealedDocuments :many
-- Documents that were signed, and whose sealed file is not kept yet; all of them, or the one that the provider calls so.
select d.contract_id, coalesce(d.provider_id, '')::text as provider_id, d.file_sha256 from signing_documents d
where d.state = 'completed' and (@provider_id::text = '' or d.provider_id = @provider_id::text) and not exists (select 1 from sealed_papers f where f.contract_id = d.contract_id)
order by d.signed_at, d.contract_id limit @max_rows;

-- name: InsertSealedPaper :exec
insert into sealed_papers (contract_id, brand_id, provider_id, sha256)
select d.contract_id, d.brand_id, d.provider_id, @sha256 from signing_documents d where d.contract_id = @contract_id on conflict (contract_id) do nothing;

-- name: AskAboutUnsealed :exec
-- A sealed file that could not be fetched for a day is a person's to look after.
insert into tasks (id, brand_id, partnership_id, creator_id, dedupe_key, kind, code, owner_id, ref, due_at)
select gen_random_uuid(), p.brand_id, p.id, p.creator_id, 'signing/' || d.contract_id || '/unsealed', 'signing_stuck', 'unsealed', p.owner_id, d.contract_id, now()
from signing_documents d join partnerships p on p.id = d.partnership_id
where d.state = 'completed' and d.signed_at < now() - interval '1 day' and not exists (select 1 from sealed_papers f where f.contract_id = d.contract_id)
on conflict (dedupe_key) do nothing;
