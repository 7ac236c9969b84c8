-- +goose Up
-- The clause library: versioned clauses, the templates that contracts are drafted from, and which versions stand in which contract.

-- Without a brand it is one that every brand may use.
create table clauses (
  id uuid not null,
  version int not null check (version > 0),
  brand_id uuid references brands,
  kind text not null check (kind in ('campaign', 'deliverables', 'approval', 'payment', 'disclosure', 'duration', 'usage_rights', 'exclusivity', 'ai_likeness', 'termination', 'general')),
  title text not null check (title <> ''),
  body text not null check (body <> ''),
  fallbacks jsonb not null default '[]',
  applies_when jsonb not null default '{}',
  created_by uuid,
  created_at timestamptz not null default now(),
  primary key (id, version)
);
create index clauses_brand on clauses (brand_id);
-- What a contract names is never another text later.
create trigger clauses_append_only before update or delete on clauses for each row execute function forbid_change();

create table contract_templates (
  id uuid primary key,
  brand_id uuid references brands,
  name text not null check (name <> ''),
  clauses uuid[] not null check (cardinality(clauses) > 0),
  must_include text[] not null,
  is_default boolean not null default false,
  version int not null default 1,
  created_by uuid,
  created_at timestamptz not null default now(),
  unique nulls not distinct (brand_id, name)
);
create unique index contract_templates_default on contract_templates (brand_id) nulls not distinct where is_default;

-- The clauses of a contract as they were drafted, in the contract's order. Contracts from before the library have none.
create table contract_clauses (
  contract_id uuid not null references contracts,
  position int not null,
  brand_id uuid not null references brands,
  clause_id uuid not null,
  version int not null,
  title text not null,
  body text not null,
  primary key (contract_id, position),
  unique (contract_id, clause_id),
  foreign key (clause_id, version) references clauses
);
create index contract_clauses_clause on contract_clauses (clause_id, version);
create trigger contract_clauses_append_only before update or delete on contract_clauses for each row execute function forbid_change();

-- What a market's law or code says, with where and when it was read. Never legal advice.
create table compliance_notes (
  id uuid primary key,
  market text not null check (market ~ '^([A-Z]{2}|all)$'),
  kind text not null,
  title text not null,
  words text not null,
  source text not null check (source like 'https://%'),
  read_on date not null
);

-- A campaign may name a template of its own; null means the brand's default.
alter table campaigns add contract_template_id uuid references contract_templates;

grant select on clauses, contract_templates, contract_clauses, compliance_notes to rapport_api, rapport_worker;
grant insert on clauses to rapport_api;
grant insert, update on contract_templates to rapport_api;
grant insert on contract_clauses to rapport_worker;

-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['clauses', 'contract_templates'] loop
    execute format('create policy api_built_in on %I for select to rapport_api using (brand_id is null)', t);
  end loop;
  foreach t in array array['clauses', 'contract_templates', 'contract_clauses'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy api on %I to rapport_api using (brand_id = any (rapport_brands())) with check (brand_id = any (rapport_brands()))', t);
    execute format('create policy worker on %I to rapport_worker using (true) with check (true)', t);
  end loop;
end $$;
-- +goose StatementEnd

-- Of one kind, the first that applies stands in where a template's own clause does not. Each kind that a template may insist on has one
-- that applies in every contract.
insert into clauses (id, version, kind, title, body, fallbacks, applies_when) values
('00000000-0000-7000-8000-000000000301', 1, 'campaign', 'Campaign', '{{campaign.name}}, term {{term}}. {{campaign.brief}}', '[]', '{}'),
('00000000-0000-7000-8000-000000000302', 1, 'deliverables', 'Deliverables', 'The creator makes and publishes:
{{deliverables}}', '[]', '{}'),
('00000000-0000-7000-8000-000000000303', 1, 'approval', 'Approval',
'Content is published only after the brand has approved the draft. {{revision_rounds}} rounds of revision are included.', '[]', '{}'),
('00000000-0000-7000-8000-000000000304', 1, 'payment', 'Fee', '{{fee}} in total, owed in these parts:
{{payment_parts}}', '[]', '{}'),
('00000000-0000-7000-8000-000000000305', 1, 'payment', 'Bonuses', 'On top of the fee the creator is owed:
{{bonus_parts}}', '[]', '{}'),
('00000000-0000-7000-8000-000000000306', 1, 'disclosure', 'Disclosure', 'Every post says clearly, at its beginning, that it is an advertisement, and keeps saying so.', '[]', '{}'),
('00000000-0000-7000-8000-000000000307', 1, 'duration', 'Duration',
'{{duration_days}} days from the day both have signed. By {{notice_days}} days before the end the parties say whether they renew.', '[]', '{}'),
('00000000-0000-7000-8000-000000000308', 1, 'usage_rights', 'Usage rights', 'The brand may use the content for {{usage_rights_days}} days after publication.',
'[{"body": "The brand may use the content for {{usage_rights_days}} days after publication, on its own accounts and not in paid advertisements.", "note": "Ops, when the creator will not have the content in advertisements"}]', '{}'),
('00000000-0000-7000-8000-000000000309', 1, 'usage_rights', 'No further usage rights',
'The brand may link to the published posts and share them where they were published. It uses the content in no other way.', '[]', '{"paid_usage": false}'),
('00000000-0000-7000-8000-000000000310', 1, 'exclusivity', 'Exclusivity', 'The creator does not advertise for competitors for {{exclusivity_days}} days after publication.',
'[{"body": "The creator does not advertise for competitors that the brand has named in writing before the signature, for {{exclusivity_days}} days after publication.", "note": "Ops, when the creator asks who the competitors are"}]', '{}'),
('00000000-0000-7000-8000-000000000311', 1, 'exclusivity', 'No exclusivity', 'The creator is free to advertise for others, competitors of the brand among them.', '[]', '{}'),
('00000000-0000-7000-8000-000000000312', 1, 'ai_likeness', 'AI and likeness',
'The brand uses the name, the picture and the voice of the creator only as part of the content and only as this contract allows. It trains no AI with the content, and makes or changes nothing with AI that looks or sounds like the creator, unless the creator has agreed to that use in writing. The creator tells the brand which parts of the content were made with AI, and the post says so where the law or the platform asks for it.',
'[{"body": "The brand may use AI to cut, subtitle and translate the content. It trains no AI with it, and makes nothing else with AI that looks or sounds like the creator, unless the creator has agreed to that use in writing.", "note": "Legal, when the content is to be translated"}]', '{}'),
('00000000-0000-7000-8000-000000000313', 1, 'termination', 'Termination',
'Either party may end this contract in writing when the other does not keep to it and has not mended that within 14 days after being told so in writing. What was owed by then stays owed, and what was published by then may be used as this contract allows.', '[]', '{}'),
('00000000-0000-7000-8000-000000000314', 1, 'general', 'Further clauses', '{{extra_clauses}}', '[]', '{}');

insert into contract_templates (id, name, is_default, must_include, clauses) values
('00000000-0000-7000-8000-000000000350', 'Standard contract', true, '{disclosure,usage_rights,exclusivity,payment,termination,ai_likeness}',
'{00000000-0000-7000-8000-000000000301,00000000-0000-7000-8000-000000000302,00000000-0000-7000-8000-000000000303,00000000-0000-7000-8000-000000000304,00000000-0000-7000-8000-000000000305,00000000-0000-7000-8000-000000000306,00000000-0000-7000-8000-000000000307,00000000-0000-7000-8000-000000000308,00000000-0000-7000-8000-000000000309,00000000-0000-7000-8000-000000000310,00000000-0000-7000-8000-000000000312,00000000-0000-7000-8000-000000000313,00000000-0000-7000-8000-000000000314}');

insert into compliance_notes (id, market, kind, title, words, source, read_on) values
('00000000-0000-7000-8000-000000000371', 'US', 'disclosure', 'Endorsement Guides, 16 CFR Part 255',
'Who advertises is liable for what endorsers say untruly and for a material connection, such as a fee, that is not disclosed; the endorser can be liable too. So the contract obliges the creator to disclose, and the brand looks whether it happened.',
'https://www.law.cornell.edu/cfr/text/16/255.1', '2026-11-27'),
('00000000-0000-7000-8000-000000000372', 'GB', 'disclosure', 'CAP Code, section 2: recognition of marketing communications',
'Marketing communications must be obviously identifiable as such, on every medium. Where one looks like editorial content, more is needed to make it clear.',
'https://www.asa.org.uk/advice-online/recognising-marketing-communications-overview.html', '2026-11-27'),
('00000000-0000-7000-8000-000000000373', 'EU', 'disclosure', 'Unfair Commercial Practices Directive 2005/29/EC, Annex I, point 11',
'Editorial content that a trader paid for to promote a product, without making that clear, is unfair in all circumstances. Article 7 forbids to hide the commercial intent.',
'https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:62012CC0391', '2026-11-27'),
('00000000-0000-7000-8000-000000000374', 'DE', 'disclosure', 'Medienstaatsvertrag, § 22(1)',
'Advertising must be clearly recognisable as such and clearly separated from other content. A fine was given for posts whose commercial purpose could not be seen at once.',
'https://www.itmr-legal.de/instagram-medienstaatsvertrag/', '2026-11-27'),
('00000000-0000-7000-8000-000000000375', 'DE', 'disclosure', 'UWG, annex to § 3(3), no. 11',
'Editorial content that a business financed to promote sales, without the content or its presentation making that clear, is always forbidden.',
'https://omsels.info/die-verbote-oder-was-darf-ich-nicht/3-5a-abs-6-uwg-verschleierung-des-kommerziellen-zwecks/4-anhang-zu-3-abs-3', '2026-11-27'),
('00000000-0000-7000-8000-000000000376', 'FR', 'general', 'Loi n° 2023-451 du 9 juin 2023, article 8',
'The contract between creator and advertiser is in writing, or it is void. It says who the parties are, their postal and electronic addresses and the countries of their tax residence, what the creator is to do, and that French law applies to it.',
'https://www.economie.gouv.fr/daj/lettre-de-la-daj-la-france-devient-le-premier-pays-europeen-se-doter-dun-cadre-juridique-de', '2026-11-27'),
('00000000-0000-7000-8000-000000000377', 'FR', 'ai_likeness', 'Loi n° 2023-451 du 9 juin 2023: pictures that were changed or made with AI',
'A promotion carries “Publicité” or “Collaboration commerciale” as long as it lasts; a picture that was changed carries “Images retouchées”, one that AI made “Images virtuelles”.',
'https://www.usine-digitale.fr/article/influenceurs-que-faire-apres-la-publication-de-la-loi.N2162987', '2026-11-27');

-- +goose Down
alter table campaigns drop column contract_template_id;
drop table compliance_notes, contract_clauses, contract_templates, clauses;
