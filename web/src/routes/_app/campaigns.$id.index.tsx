import { Button, Group, Modal, Select, Stack, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute, Link } from "@tanstack/react-router";
import { IconHeartHandshake, IconPlus } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { campaignQuery, partnershipsQuery, policiesQuery, sequencesQuery, warm } from "../../api/queries";
import type { Campaign, CampaignEdit, ContentRules, PartnershipSummary } from "../../api/schema";
import { Budget } from "../../components/Budget";
import { BudgetDialog } from "../../components/BudgetDialog";
import CampaignHealth from "../../components/CampaignHealth";
import { CampaignDatesEditor, datesText, type HoldsDates } from "../../components/CampaignDates";
import { cleanRules, ContentRulesEditor, ContentRulesView } from "../../components/ContentRules";
import { CreatorName } from "../../components/CreatorName";
import { columns, DataTable } from "../../components/DataTable";
import { Money } from "../../components/Money";
import { MoneyInput, type TypedMoney } from "../../components/MoneyInput";
import { EmptyState, ProblemNotice } from "../../components/Notice";
import { Facts, Page, Section } from "../../components/Page";
import { RelativeTime } from "../../components/RelativeTime";
import { offered } from "../../components/policy/words";
import { AutomationSelect, automationError } from "../../components/sequence/AutomationSelect";
import { SlotRulesEditor, type HoldsSlotRules } from "../../components/SlotRules";
import { StatusChip } from "../../components/StatusChip";
import { cleanTerms, TermsEditor, TermsView } from "../../components/Terms";
import { toMajor, toMinor } from "../../lib/money";
import { hasRole, useSession } from "../../lib/session";
import { looks } from "../../lib/states";
import { dateText } from "../../lib/time";
import classes from "./campaign.module.css";

export const Route = createFileRoute("/_app/campaigns/$id/")({
  loader: ({ context, params }) => warm(context.queryClient, campaignQuery(params.id)),
  component: CampaignPage,
});

const cols = columns<PartnershipSummary>([
  { id: "creator", header: "Creator", cell: ({ id, creator }) => <CreatorName creator={creator} link={{ to: "/partnerships/$id", params: { id } }} /> },
  { id: "stage", header: "Stage", cell: ({ stage }) => <StatusChip noun="stage" state={stage} />, phone: "head" },
  { id: "waiting", header: "Waiting for", cell: ({ waiting }) => waiting[0]?.who ?? <span className="soft">Nobody</span> },
  { id: "next", header: "Next", cell: ({ next }) => (next ? <RelativeTime at={next.at} inList /> : <span className="soft">No timer</span>) },
  { id: "fee", header: "Fee", right: true, cell: ({ fee }) => <Money value={fee} /> },
]);

function CampaignPage() {
  const { id } = Route.useParams();
  const { data: { data: campaign, etag } } = useSuspenseQuery(campaignQuery(id));
  const partnerships = useQuery(partnershipsQuery({ campaign_id: id, limit: 25 }));
  const policies = useQuery(policiesQuery(campaign.brand_id));
  const sequences = useQuery(sequencesQuery(campaign.brand_id));
  const [editing, setEditing] = useState(false);
  const [budgeting, setBudgeting] = useState(false);
  const session = useSession();
  const works = hasRole(session, ["ops", "admin"], campaign.brand_id);
  const finance = hasRole(session, ["finance_preparer", "finance_releaser"], campaign.brand_id);
  const total = Object.values(campaign.stages).reduce((sum, count) => sum + count, 0);
  const start = works && campaign.state !== "ended" && (
    <Button leftSection={<IconPlus size={16} aria-hidden />} renderRoot={(props) => <Link to="/campaigns/$id/start" params={{ id }} {...props} />}>
      Start partnerships
    </Button>
  );

  return (
    <Page
      title={campaign.name}
      up={{ to: "/campaigns", label: "Campaigns" }}
      under={
        <Group gap="md">
          <span>{campaign.brand_name}</span>
          <StatusChip noun="campaign" state={campaign.state} />
          <span>{dateText(campaign.starts_on)} to {dateText(campaign.ends_on)} ({campaign.zone})</span>
          <span>Owner {campaign.owner.name}</span>
        </Group>
      }
      actions={
        <>
          {works && <Button variant="default" onClick={() => setEditing(true)}>Edit</Button>}
          {start}
        </>
      }
    >
      <div className={classes.columns}>
        <div className={classes.column}>
          <Section title="Budget" actions={finance && <Button size="xs" variant="default" onClick={() => setBudgeting(true)}>Change the budget</Button>}>
            <Budget campaign={campaign} />
          </Section>
          {total > 0 && <CampaignHealth campaignId={id} />}
          <Section title={`Partnerships (${total})`} flush actions={total > 0 && <Link to="/partnerships" search={{ campaign: id }}>All of them</Link>}>
            <DataTable
              label="Partnerships of this campaign"
              flush
              columns={cols}
              rows={partnerships.data?.items}
              rowId={(row) => row.id}
              error={partnerships.error}
              retry={() => void partnerships.refetch()}
              empty={
                <EmptyState icon={IconHeartHandshake} title="No partnership was started yet" action={start}>
                  Choose creators; each gets the first mail of the sequence in their own working hours.
                </EmptyState>
              }
            />
          </Section>
        </div>
        <div className={classes.column}>
          <Section title="How it runs">
            <Facts
              facts={[
                ["Usual fee", <Money key="fee" value={campaign.default_fee} />],
                ["Sequence", sequences.data?.items.find((sequence) => sequence.id === campaign.sequence_id)?.name ?? "An earlier version"],
                ["Start by themselves", sequences.data && (
                  campaign.automation_ids.map((automation) => sequences.data.items.find((sequence) => sequence.id === automation)?.name ?? "A sequence that is offered no more").join(", ") || "None"
                )],
                ["Approvals", policies.data?.items.find((policy) => policy.id === campaign.policy_id)?.name ?? "An earlier version"],
                ["Posts contain", campaign.hashtags.join(" ") || "Nothing in particular"],
                ["Category", campaign.category ?? "Not known: exclusivity only warns"],
                ["Posts a day on one platform", campaign.slot_cap ? `At most ${campaign.slot_cap}` : undefined],
                ["Embargo until", campaign.embargo_until && dateText(campaign.embargo_until)],
                ...(campaign.dates ?? []).map((date): [string, string] => [date.name, datesText(date)]),
                ["Content", <ContentRulesView key="content" rules={campaign.content_rules} />],
              ]}
            />
          </Section>
          {campaign.brief && (
            <Section title="Brief">
              <div className="prewrap">{campaign.brief}</div>
            </Section>
          )}
          <Section title="Terms">
            <TermsView terms={campaign.terms} currency={campaign.budget.currency} dates={campaign.dates} />
          </Section>
        </div>
      </div>
      {budgeting && <BudgetDialog campaign={campaign} etag={etag} onClose={() => setBudgeting(false)} />}
      {editing && <EditDialog campaign={campaign} etag={etag} onClose={() => setEditing(false)} />}
    </Page>
  );
}

interface Values extends HoldsSlotRules, HoldsDates {
  name: string;
  brief: string;
  state: Campaign["state"];
  budget: TypedMoney;
  reason: string;
  default_fee: TypedMoney;
  ends_on: string;
  hashtags: string[];
  automation_ids: string[];
  policy_id: string;
  content_rules: ContentRules;
}

function EditDialog({ campaign, etag, onClose }: { campaign: Campaign; etag: string | undefined; onClose: () => void }) {
  // What the person started from: a change made by somebody else meanwhile must not slip in unseen.
  const [tag] = useState(etag);
  const form = useForm<Values>({
    initialValues: {
      name: campaign.name,
      brief: campaign.brief,
      state: campaign.state,
      budget: { amount: toMajor(campaign.budget), currency: campaign.budget.currency },
      reason: "",
      default_fee: { amount: toMajor(campaign.default_fee), currency: campaign.default_fee.currency },
      ends_on: campaign.ends_on,
      hashtags: campaign.hashtags,
      automation_ids: campaign.automation_ids,
      policy_id: campaign.policy_id,
      content_rules: campaign.content_rules,
      category: campaign.category ?? "",
      slot_cap: campaign.slot_cap ?? 0,
      embargo_until: campaign.embargo_until ?? "",
      dates: campaign.dates ?? [],
      terms: campaign.terms,
    },
  });
  const sequences = useQuery(sequencesQuery(campaign.brand_id));
  const policies = useQuery(policiesQuery(campaign.brand_id));
  const save = useAct({
    run: (edit: CampaignEdit) => body(api.PATCH("/v1/campaigns/{id}", { params: { path: { id: campaign.id }, header: { "If-Match": tag } }, body: edit })),
    done: "Campaign saved",
    close: onClose,
    touches: ["campaign"],
  });

  return (
    <Modal opened onClose={onClose} title="Edit campaign" size="xl">
      <form
        noValidate
        onSubmit={form.onSubmit((typed) => {
          const budget = toMinor(typed.budget.amount, typed.budget.currency);
          const fee = toMinor(typed.default_fee.amount, typed.default_fee.currency);
          if (!budget) return form.setFieldError("budget", "Say how much the campaign may spend");
          if (!fee) return form.setFieldError("default_fee", "Say what a creator is usually offered");
          save.mutate(
            {
              name: typed.name,
              brief: typed.brief,
              state: typed.state,
              budget: { amount: budget, currency: typed.budget.currency },
              reason: typed.reason || undefined,
              default_fee: { amount: fee, currency: typed.default_fee.currency },
              ends_on: typed.ends_on,
              hashtags: typed.hashtags,
              automation_ids: typed.automation_ids,
              // One that is offered no more can stay, but not be chosen.
              policy_id: typed.policy_id === campaign.policy_id ? undefined : typed.policy_id,
              content_rules: cleanRules(typed.content_rules),
              category: typed.category,
              slot_cap: Number(typed.slot_cap),
              ...(typed.embargo_until ? { embargo_until: typed.embargo_until } : { no_embargo: true }),
              dates: typed.dates,
              terms: cleanTerms(typed.terms),
            },
            { onError: (problem) => form.setErrors(problem.byField) },
          );
        })}
      >
        <Stack>
          <p className="soft" style={{ margin: 0 }}>Running partnerships keep what they started with.</p>
          <TextInput label="Name" required {...form.getInputProps("name")} />
          <Textarea label="Brief" autosize minRows={3} maxRows={12} {...form.getInputProps("brief")} />
          <Group grow align="flex-start">
            <TextInput type="date" label="Ends on" required {...form.getInputProps("ends_on")} />
            <MoneyInput label="Budget" fixedCurrency value={form.values.budget} onChange={(budget) => form.setFieldValue("budget", budget)} error={form.errors.budget ?? form.errors["budget.amount"]} />
            <MoneyInput label="Usual fee" fixedCurrency value={form.values.default_fee} onChange={(fee) => form.setFieldValue("default_fee", fee)} error={form.errors.default_fee ?? form.errors["default_fee.amount"]} />
          </Group>
          {toMinor(form.values.budget.amount, campaign.budget.currency) !== campaign.budget.amount && (
            <TextInput label="Why the budget changes" description="Stands in the history of money" required maxLength={500} {...form.getInputProps("reason")} />
          )}
          <AutomationSelect sequences={sequences.data?.items} value={form.values.automation_ids} onChange={(ids) => form.setFieldValue("automation_ids", ids)} error={automationError(form.errors)} />
          <Select
            label="Approval policy" description="Who decides on content, unless another policy’s conditions hold for it" allowDeselect={false}
            data={offered((policies.data?.items ?? []).map(({ id, name, version }) => ({ value: id, label: `${name} (version ${version})` })), [form.values.policy_id], () => (policies.data ? "A policy that is offered no more" : "…"))}
            {...form.getInputProps("policy_id")}
          />
          <StateChoice value={form.values.state} onChange={(state) => form.setFieldValue("state", state)} />
          <fieldset className={classes.rules}>
            <legend>What content must be</legend>
            <Stack gap="sm">
              <TagsInput label="Words every post must contain" description="Press Enter after each" {...form.getInputProps("hashtags")} />
              <ContentRulesEditor form={form} />
            </Stack>
          </fieldset>
          <fieldset className={classes.rules}>
            <legend>When content is out</legend>
            <SlotRulesEditor form={form} />
          </fieldset>
          <CampaignDatesEditor form={form} />
          <TermsEditor form={form} currency={campaign.budget.currency} dates={form.values.dates} />
          <ProblemNotice problem={save.error} shownFields={Object.keys(form.errors)} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Leave it as it is</Button>
            <Button type="submit" loading={save.isPending}>Save campaign</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function StateChoice({ value, onChange }: { value: Campaign["state"]; onChange: (value: Campaign["state"]) => void }) {
  return (
    <Group gap="xs" role="group" aria-label="State">
      {(Object.keys(looks.campaign) as Campaign["state"][]).map((state) => (
        <Button key={state} size="xs" variant={state === value ? "filled" : "default"} aria-pressed={state === value} onClick={() => onChange(state)}>
          {looks.campaign[state].word}
        </Button>
      ))}
    </Group>
  );
}
