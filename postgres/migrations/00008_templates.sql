-- +goose Up
-- The templates that every installation starts with; a brand's own template of the same name wins.
-- {{portal_link}} becomes a link of the creator's own while the mail is sent; the archive keeps the tag.
insert into templates (id, version, name, subject, body) values
('00000000-0000-7000-8000-000000000101', 1, 'invitation', '{{brand.name}} would like to work with you',
'Hi {{creator.first_name}},

I am {{sender.name}} at {{brand.name}}. We are planning "{{campaign.name}}" and your work would fit it well.

{{campaign.brief}}

Would you like to hear more? Just reply to this mail.

{{sender.name}}
{{brand.name}}, {{brand.postal_address}}

You get this mail because your channel is public and we would like to propose a paid collaboration. If you do not want to hear from us, open {{portal_link}} and choose "No more mail", or simply reply "unsubscribe".'),
('00000000-0000-7000-8000-000000000102', 1, 'follow_up_1', 'Re: {{brand.name}} would like to work with you',
'Hi {{creator.first_name}},

did my mail about "{{campaign.name}}" reach you? I would be glad to hear whether it could be something for you.

{{sender.name}}
{{brand.name}}, {{brand.postal_address}}

No more mail from us: {{portal_link}}'),
('00000000-0000-7000-8000-000000000103', 1, 'follow_up_2', 'Re: {{brand.name}} would like to work with you',
'Hi {{creator.first_name}},

we are choosing the people for "{{campaign.name}}" now. If you are interested, a short "yes" is enough and I will send you the details.

{{sender.name}}
{{brand.name}}, {{brand.postal_address}}

No more mail from us: {{portal_link}}'),
('00000000-0000-7000-8000-000000000104', 1, 'follow_up_3', 'Re: {{brand.name}} would like to work with you',
'Hi {{creator.first_name}},

this is my last mail about "{{campaign.name}}". If it is not for you, nothing more is needed.

{{sender.name}}
{{brand.name}}, {{brand.postal_address}}

No more mail from us: {{portal_link}}'),
('00000000-0000-7000-8000-000000000105', 1, 'offer', 'Our offer for {{campaign.name}}',
'Hi {{creator.first_name}},

here is our offer for "{{campaign.name}}": {{offer.fee}}.

{{offer.message}}

Read it, and accept or decline it, here: {{portal_link}}
The offer is open until {{offer.expires}}.

{{sender.name}}
{{brand.name}}'),
('00000000-0000-7000-8000-000000000106', 1, 'offer_reminder', 'Our offer for {{campaign.name}} is still open',
'Hi {{creator.first_name}},

our offer of {{offer.fee}} for "{{campaign.name}}" is open until {{offer.expires}}. You find it here: {{portal_link}}

{{sender.name}}
{{brand.name}}'),
('00000000-0000-7000-8000-000000000107', 1, 'renewal_offer', 'Shall we go on? {{campaign.name}}',
'Hi {{creator.first_name}},

we would like to go on working with you: {{offer.fee}} for another term. Read it, and accept or decline it, here: {{portal_link}}
The offer is open until {{offer.expires}}.

{{sender.name}}
{{brand.name}}'),
('00000000-0000-7000-8000-000000000108', 1, 'contract', 'Your contract {{contract.number}} is ready to sign',
'Hi {{creator.first_name}},

the contract for "{{campaign.name}}" is ready. Read and sign it here: {{portal_link}}
When you sign we mail you a code, to be sure that it is you. The contract waits until {{contract.expires}}.

{{sender.name}}
{{brand.name}}'),
('00000000-0000-7000-8000-000000000109', 1, 'contract_reminder', 'Contract {{contract.number}} waits for your signature',
'Hi {{creator.first_name}},

your contract for "{{campaign.name}}" still waits for your signature, until {{contract.expires}}: {{portal_link}}

{{sender.name}}
{{brand.name}}'),
('00000000-0000-7000-8000-000000000110', 1, 'brief', 'Welcome to {{campaign.name}}: what comes next',
'Hi {{creator.first_name}},

contract {{contract.number}} is signed by both of us. What we agreed on, with every date, is here: {{portal_link}}

{{campaign.brief}}

{{sender.name}}
{{brand.name}}'),
('00000000-0000-7000-8000-000000000111', 1, 'draft_reminder', 'Your draft of "{{deliverable.title}}" is due soon',
'Hi {{creator.first_name}},

the draft of "{{deliverable.title}}" is due on {{deliverable.draft_due}}. Hand it in here: {{portal_link}}

{{sender.name}}
{{brand.name}}'),
('00000000-0000-7000-8000-000000000112', 1, 'content_approved', '"{{deliverable.title}}" is approved',
'Hi {{creator.first_name}},

"{{deliverable.title}}" is approved. Please publish it by {{deliverable.publish_by}} and tell us its address here: {{portal_link}}

{{sender.name}}
{{brand.name}}'),
('00000000-0000-7000-8000-000000000113', 1, 'changes_requested', 'Changes to "{{deliverable.title}}"',
'Hi {{creator.first_name}},

please change the following in "{{deliverable.title}}" and hand in a new version by {{deliverable.draft_due}}:

{{review.feedback}}

{{portal_link}}

{{sender.name}}
{{brand.name}}'),
('00000000-0000-7000-8000-000000000114', 1, 'content_rejected', '"{{deliverable.title}}" will not be published',
'Hi {{creator.first_name}},

we have decided not to go on with "{{deliverable.title}}":

{{review.feedback}}

{{portal_link}}

{{sender.name}}
{{brand.name}}'),
('00000000-0000-7000-8000-000000000115', 1, 'approval_revoked', 'Please do not publish "{{deliverable.title}}" yet',
'Hi {{creator.first_name}},

we have to withdraw our approval of "{{deliverable.title}}". Please do not publish it; we will write to you about what should change. {{portal_link}}

{{sender.name}}
{{brand.name}}'),
('00000000-0000-7000-8000-000000000116', 1, 'publish_reminder', '"{{deliverable.title}}" should go online soon',
'Hi {{creator.first_name}},

"{{deliverable.title}}" should be published by {{deliverable.publish_by}}. Tell us its address here: {{portal_link}}

{{sender.name}}
{{brand.name}}'),
('00000000-0000-7000-8000-000000000117', 1, 'post_mismatch', 'Something is missing in "{{deliverable.title}}"',
'Hi {{creator.first_name}},

we looked at your post of "{{deliverable.title}}" and did not find what we agreed on: the disclosure or a word that must be in it, or the post itself. Please mend it within two days: {{portal_link}}

{{sender.name}}
{{brand.name}}'),
('00000000-0000-7000-8000-000000000118', 1, 'payee_invitation', 'How would you like to be paid?',
'Hi {{creator.first_name}},

so that we can pay you on time, please enter your bank account with our payment provider, Stripe. We never see it. You start here: {{portal_link}}

{{sender.name}}
{{brand.name}}'),
('00000000-0000-7000-8000-000000000119', 1, 'payee_reminder', '{{payout.amount}} waits for your bank account',
'Hi {{creator.first_name}},

{{payout.amount}} is ready to be paid to you, but our payment provider does not know your bank account yet. It takes five minutes: {{portal_link}}

{{sender.name}}
{{brand.name}}'),
('00000000-0000-7000-8000-000000000120', 1, 'payment_sent', '{{payout.amount}} is on its way to you',
'Hi {{creator.first_name}},

we have sent you {{payout.amount}} for "{{campaign.name}}". Your bank usually shows it within a few days. All your payments: {{portal_link}}

{{sender.name}}
{{brand.name}}'),
('00000000-0000-7000-8000-000000000121', 1, 'review_asked', 'Please decide: "{{deliverable.title}}" by {{creator.name}}',
'Hello {{recipient.name}},

"{{deliverable.title}}" by {{creator.name}} waits for your decision until {{review.due}}.

{{review.link}}'),
('00000000-0000-7000-8000-000000000122', 1, 'review_reminder', 'Reminder: "{{deliverable.title}}" by {{creator.name}} waits for you',
'Hello {{recipient.name}},

"{{deliverable.title}}" by {{creator.name}} still waits for a decision, until {{review.due}}.

{{review.link}}'),
('00000000-0000-7000-8000-000000000123', 1, 'review_escalated', 'Escalated to you: "{{deliverable.title}}" by {{creator.name}}',
'Hello {{recipient.name}},

nobody has decided on "{{deliverable.title}}" by {{creator.name}} in time. You can decide now; whoever was asked first still can, too.

{{review.link}}');

-- +goose Down
delete from templates where id::text like '00000000-0000-7000-8000-0000000001%';
