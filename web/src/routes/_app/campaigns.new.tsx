import { Button, Group, NativeSelect, Select, SimpleGrid, Stack, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { contractTemplatesQuery, policiesQuery, sequencesQuery } from "../../api/queries";
import type { CampaignCreate, ContentRules } from "../../api/schema";
import { CampaignDatesEditor, type HoldsDates } from "../../components/CampaignDates";
import { cleanRules, ContentRulesEditor } from "../../components/ContentRules";
import { MoneyInput, type TypedMoney } from "../../components/MoneyInput";
import { ProblemNotice } from "../../components/Notice";
import { Page, Section } from "../../components/Page";
import { PersonSelect } from "../../components/Pickers";
import { AutomationSelect, automationError } from "../../components/sequence/AutomationSelect";
import { SlotRulesEditor, type HoldsSlotRules } from "../../components/SlotRules";
import { cleanTerms, TermsEditor, usualTerms } from "../../components/Terms";
import { toMinor } from "../../lib/money";
import { useSession } from "../../lib/session";
import { Unsaved } from "../../components/Unsaved";

export const Route = createFileRoute("/_app/campaigns/new")({ component: NewCampaign });

interface Values extends HoldsSlotRules, HoldsDates {
  brand_id: string;
  name: string;
  brief: string;
  budget: TypedMoney;
  default_fee: TypedMoney;
  starts_on: string;
  ends_on: string;
  hashtags: string[];
  owner_id: string | undefined;
  sequence_id: string | null;
  policy_id: string | null;
  contract_template_id: string | null;
  automation_ids: string[];
  content_rules: ContentRules;
}

const isoDay = (fromToday: number) => new Date(Date.now() + fromToday * 86_400_000).toISOString().slice(0, 10);

function NewCampaign() {
  const { brand } = Route.useSearch();
  const navigate = useNavigate();
  const session = useSession();
  const brands = session?.brands.filter(({ roles }) => roles.includes("ops") || roles.includes("admin")) ?? [];
  const form = useForm<Values>({
    initialValues: {
      brand_id: brand ?? brands[0]?.brand_id ?? "",
      name: "",
      brief: "",
      budget: { amount: "", currency: "usd" },
      default_fee: { amount: "", currency: "usd" },
      starts_on: isoDay(0),
      ends_on: isoDay(90),
      hashtags: ["#ad"],
      owner_id: session?.user_id,
      sequence_id: null,
      policy_id: null,
      contract_template_id: null,
      automation_ids: [],
      content_rules: {},
      category: "",
      slot_cap: 0,
      embargo_until: "",
      dates: [],
      terms: usualTerms,
    },
  });
  const { values, errors } = form;
  const sequences = useQuery({ ...sequencesQuery(values.brand_id), enabled: values.brand_id !== "" });
  const templates = useQuery({ ...contractTemplatesQuery(values.brand_id), enabled: values.brand_id !== "" });
  const policies = useQuery({ ...policiesQuery(values.brand_id), enabled: values.brand_id !== "" });

  const create = useAct({
    run: (campaign: CampaignCreate, key) => body(api.POST("/v1/campaigns", { params: { header: { "Idempotency-Key": key } }, body: campaign })),
    done: ({ name }) => `${name} was created`,
    then: ({ id }) => void navigate({ to: "/campaigns/$id", params: { id } }),
    touches: ["campaign"],
  });

  // After a refusal, also one that the API was not asked for, the first field that must change gets the keyboard.
  const [refused, setRefused] = useState(0);
  useEffect(() => {
    if (create.error || refused > 0) document.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [create.error, refused]);

  const submit = form.onSubmit((typed) => {
    const currency = typed.budget.currency;
    const budget = toMinor(typed.budget.amount, currency);
    const fee = toMinor(typed.default_fee.amount, currency);
    if (!budget || !fee || typed.name.trim() === "") {
      if (typed.name.trim() === "") form.setFieldError("name", "Say what the campaign is called");
      if (!budget) form.setFieldError("budget", "Say how much the campaign may spend");
      if (!fee) form.setFieldError("default_fee", "Say what a creator is usually offered");
      return setRefused((before) => before + 1);
    }
    create.mutate(
      {
        brand_id: typed.brand_id,
        name: typed.name,
        brief: typed.brief || undefined,
        budget: { amount: budget, currency },
        default_fee: { amount: fee, currency },
        starts_on: typed.starts_on,
        ends_on: typed.ends_on,
        hashtags: typed.hashtags,
        owner_id: typed.owner_id,
        sequence_id: typed.sequence_id ?? undefined,
        policy_id: typed.policy_id ?? undefined,
        contract_template_id: typed.contract_template_id ?? undefined,
        automation_ids: typed.automation_ids,
        content_rules: cleanRules(typed.content_rules),
        category: typed.category || undefined,
        slot_cap: Number(typed.slot_cap),
        embargo_until: typed.embargo_until || undefined,
        dates: typed.dates,
        terms: cleanTerms(typed.terms),
      },
      { onError: (problem) => form.setErrors(problem.byField) },
    );
  });

  return (
    <Page title="Create campaign" up={{ to: "/campaigns", label: "Campaigns" }} under="Partnerships keep the outreach, approvals and terms that the campaign had when they started." narrow>
      <form onSubmit={submit} noValidate>
        <Unsaved of={[values.name, values.brief, values.budget.amount, values.default_fee.amount, values.dates, values.terms]} step={create} />
        <Stack>
          <Section title="What it is">
            <Stack>
              <NativeSelect
                label="Brand"
                data={brands.map(({ brand_id, brand_name }) => ({ value: brand_id, label: brand_name ?? brand_id }))}
                {...form.getInputProps("brand_id")}
                onChange={(event) => form.setValues({ brand_id: event.currentTarget.value, sequence_id: null, policy_id: null, contract_template_id: null, automation_ids: [] })}
              />
              <TextInput label="Name" required {...form.getInputProps("name")} />
              <Textarea label="Brief" description="What creators should make and why; they read it in the offer and in their portal" autosize minRows={4} maxRows={16} {...form.getInputProps("brief")} />
              <SimpleGrid cols={{ base: 1, xs: 2 }}>
                <TextInput type="date" label="Starts on" required {...form.getInputProps("starts_on")} />
                <TextInput type="date" label="Ends on" required {...form.getInputProps("ends_on")} />
              </SimpleGrid>
              <PersonSelect label="Owner" brandId={values.brand_id || undefined} value={values.owner_id} onChange={(owner) => form.setFieldValue("owner_id", owner)} error={errors.owner_id} />
            </Stack>
          </Section>
          <Section title="Money">
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              <MoneyInput label="Budget" required value={values.budget} onChange={(budget) => form.setFieldValue("budget", budget)} error={errors.budget ?? errors["budget.amount"]} />
              <MoneyInput
                label="Usual fee"
                required
                fixedCurrency
                value={{ ...values.default_fee, currency: values.budget.currency }}
                onChange={(fee) => form.setFieldValue("default_fee", fee)}
                error={errors.default_fee ?? errors["default_fee.amount"]}
              />
            </SimpleGrid>
          </Section>
          <Section title="Outreach and approvals">
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              <Select
                label="Sequence"
                description="The mails and waits of the outreach"
                placeholder="The usual one"
                clearable
                clearButtonProps={{ "aria-label": "Clear Sequence" }}
                data={(sequences.data?.items ?? []).filter(({ trigger }) => !trigger).map(({ id, name, version }) => ({ value: id, label: `${name} (version ${version})` }))}
                {...form.getInputProps("sequence_id")}
              />
              <Select
                label="Approval policy"
                description="Who decides on content, unless another policy’s conditions hold for it"
                placeholder="The usual one"
                clearable
                clearButtonProps={{ "aria-label": "Clear Approval policy" }}
                data={(policies.data?.items ?? []).map(({ id, name, version }) => ({ value: id, label: `${name} (version ${version})` }))}
                {...form.getInputProps("policy_id")}
              />
            </SimpleGrid>
            <div style={{ marginTop: 12 }}>
              <AutomationSelect sequences={sequences.data?.items} value={values.automation_ids} onChange={(ids) => form.setFieldValue("automation_ids", ids)} error={automationError(errors)} />
            </div>
          </Section>
          <Section title="What content must be">
            <Stack gap="sm">
              <TagsInput label="Words every post must contain" description="Press Enter after each" {...form.getInputProps("hashtags")} />
              <ContentRulesEditor form={form} />
            </Stack>
          </Section>
          <Section title="When content is out">
            <Stack gap="sm">
              <SlotRulesEditor form={form} />
              <CampaignDatesEditor form={form} />
            </Stack>
          </Section>
          <Section title="Contract terms">
            <Select
              label="Contract template" description="The clauses that contracts are drafted from; they say what the terms below agree on" placeholder="The brand’s default" clearable mb="sm"
              clearButtonProps={{ "aria-label": "Clear Contract template" }} data={(templates.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
              {...form.getInputProps("contract_template_id")}
            />
            <TermsEditor form={form} currency={values.budget.currency} dates={values.dates} />
          </Section>
          <ProblemNotice problem={create.error} shownFields={Object.keys(errors)} />
          <Group justify="flex-end">
            <Button type="submit" loading={create.isPending}>Create campaign</Button>
          </Group>
        </Stack>
      </form>
    </Page>
  );
}
