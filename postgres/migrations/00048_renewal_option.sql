-- +goose Up
-- The last day of an option to renew: a date of the contract itself, without a post.
alter table key_dates drop constraint key_dates_kind_check, drop constraint key_dates_assets_check, drop constraint key_dates_state_check,
  add constraint key_dates_kind_check check (kind in ('rights_end', 'allowlisting_end', 'exclusivity_end', 'option_end')),
  add constraint key_dates_assets_check check (kind = 'option_end' or cardinality(assets) > 0),
  add constraint key_dates_state_check check (state in ('open', 'let_end', 'renegotiating', 'ended', 'moved') or kind = 'option_end' and state in ('exercised', 'overtaken'));
create index key_dates_option on key_dates (contract_id) where kind = 'option_end';

insert into clauses (id, version, kind, title, body, fallbacks, applies_when) values
('00000000-0000-7000-8000-000000000316', 1, 'duration', 'Option to renew',
'The brand may take another term of the same length, with the same deliverables and otherwise on the terms of this contract, for {{option_fee}} in total. It does so by telling the creator at the latest {{option_notice_days}} days before this term ends; the creator has agreed to that term by signing this contract. That term has no option unless both agree on one.',
'[]', '{}') on conflict do nothing;
update contract_templates set clauses = clauses[1:7] || '{00000000-0000-7000-8000-000000000316}'::uuid[] || clauses[8:]
where id = '00000000-0000-7000-8000-000000000350' and clauses[7] = '00000000-0000-7000-8000-000000000307';

insert into templates (id, version, name, subject, body) values
('00000000-0000-7000-8000-00000000014b', 1, 'option_exercised', 'We go on: {{campaign.name}}',
'Hi {{creator.first_name}},

in contract {{contract.number}} we agreed that we may take another term, and we do: another term of the same length, with the same pieces, for {{contract.option_fee}}. It begins when the present one ends, on {{contract.ends}}.

You need do nothing now. We send you the contract of the new term to sign in time; you find everything else here: {{portal_link}}

{{sender.name}}
{{brand.name}}') on conflict do nothing;

-- +goose Down
delete from key_dates where kind = 'option_end';
drop index key_dates_option;
alter table key_dates drop constraint key_dates_kind_check, drop constraint key_dates_assets_check, drop constraint key_dates_state_check,
  add constraint key_dates_kind_check check (kind in ('rights_end', 'allowlisting_end', 'exclusivity_end')),
  add constraint key_dates_assets_check check (cardinality(assets) > 0),
  add constraint key_dates_state_check check (state in ('open', 'let_end', 'renegotiating', 'ended', 'moved'));
update contract_templates set clauses = array_remove(clauses, '00000000-0000-7000-8000-000000000316') where id = '00000000-0000-7000-8000-000000000350';
