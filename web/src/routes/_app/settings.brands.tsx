import { Button, Checkbox, Group, Modal, NumberInput, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Link } from "@tanstack/react-router";
import { IconBuildingStore, IconCheck, IconHourglass, IconPlus, IconX } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { brandQuery, brandsQuery, fundsQuery, payoutPolicyQuery, topUpsQuery } from "../../api/queries";
import type { Brand, BrandEdit, BrandSigning, Money as MoneyValue, PayoutPolicy, PayoutPolicyEdit } from "../../api/schema";
import table from "../../components/DataTable.module.css";
import { LoadingLines } from "../../components/Loading";
import { Money, Unknown } from "../../components/Money";
import { MoneyInput, type TypedMoney } from "../../components/MoneyInput";
import { EmptyState, LoadFailed, ProblemNotice } from "../../components/Notice";
import { Facts, Page, Section } from "../../components/Page";
import { RelativeTime } from "../../components/RelativeTime";
import { Chip } from "../../components/StatusChip";
import { moneyText, toMajor, toMinor } from "../../lib/money";
import { hasRole, useSession } from "../../lib/session";

export const Route = createFileRoute("/_app/settings/brands")({ component: Brands });

function Brands() {
  const { brand: only } = Route.useSearch();
  const session = useSession();
  const brands = useQuery(brandsQuery);
  const [adding, setAdding] = useState(false);
  const shown = brands.data?.items.filter(({ id }) => !only || id === only);
  return (
    <Page
      title="Brands and funds"
      under="Money of one brand never pays another’s creators."
      actions={hasRole(session, ["admin"]) && <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>Add a brand</Button>}
      narrow
    >
      {brands.error && !shown ? <LoadFailed error={brands.error} retry={() => void brands.refetch()} /> : !shown ? <LoadingLines /> : shown.length === 0 ? (
        <EmptyState icon={IconBuildingStore} title="You work for no brand yet" action={<Link to="/settings/people">See who gives roles</Link>}>An admin gives you a role at one.</EmptyState>
      ) : shown.map((brand) => <BrandBox key={brand.id} brand={brand} />)}
      {adding && <AddBrand onClose={() => setAdding(false)} />}
    </Page>
  );
}

const signingText: Record<BrandSigning, string> = { provider: "At Documenso, where it is set up", portal: "On Rapport’s own page, with a mailed code" };

function BrandBox({ brand }: { brand: Brand }) {
  const session = useSession();
  const admin = hasRole(session, ["admin"], brand.id);
  const finance = hasRole(session, ["finance_preparer", "finance_releaser"], brand.id);
  const reads = finance || hasRole(session, ["auditor"], brand.id);
  const funds = useQuery({ ...fundsQuery(brand.id), enabled: reads });
  const policy = useQuery({ ...payoutPolicyQuery(brand.id), enabled: !hasRole(session, ["guest"], brand.id) || admin || reads });
  const [open, setOpen] = useState<"edit" | "policy" | "top-up" | null>(null);
  return (
    <Section
      title={brand.name}
      actions={
        <Group gap="xs">
          {admin && <Button size="xs" variant="default" onClick={() => setOpen("edit")}>Edit</Button>}
          {admin && <Button size="xs" variant="default" onClick={() => setOpen("policy")}>Approvals of payments</Button>}
          {finance && <Button size="xs" onClick={() => setOpen("top-up")}>Top up funds</Button>}
        </Group>
      }
    >
      <Stack>
        <Facts
          facts={[
            ["Mail from", `${brand.mail_from_name} <${brand.mail_from}>`],
            ["Address in every mail", <span key="address" className="prewrap">{brand.postal_address}</span>],
            ["Two people approve from", <Money key="threshold" value={brand.second_pair_threshold} />],
            ["What a creator owes back", `At most ${brand.netting_cap_percent} % of each payment is kept for it, ${brand.netting_notice_days} days after the creator was told`],
            ["Creators sign contracts", signingText[brand.signing]],
            ["When a bank account changes", `The creator's payments wait at least ${brand.destination_cool_off_days} working days, and until a releaser has made sure`],
            ["Three people approve from", policy.data ? (policy.data.data.two_releasers_from.map(moneyText).join(", ") || "No amount") : "…"],
            ["Preparers give a code", policy.data ? (policy.data.data.preparers_prove ? "Yes, as releasers do" : "No, only releasers") : "…"],
          ]}
        />
        {reads && (funds.error && !funds.data ? <LoadFailed error={funds.error} retry={() => void funds.refetch()} /> : !funds.data ? <LoadingLines lines={2} /> : funds.data.items.length === 0 ? (
          <p className="soft" style={{ margin: 0 }}>There are no funds yet: payouts wait until some are topped up.</p>
        ) : (
          <table className={table.table} aria-label={`Funds of ${brand.name}`}>
            <thead><tr><th scope="col">Currency</th><th scope="col" className={table.right}>Available</th><th scope="col" className={table.right}>In flight</th><th scope="col" className={table.right}>Spent</th></tr></thead>
            <tbody>
              {funds.data.items.map(({ currency, available, in_flight, spent }) => (
                <tr key={currency}>
                  <td>{currency.toUpperCase()}</td>
                  <td className={table.right}><Money value={available} /></td>
                  <td className={table.right}><Money value={in_flight} /></td>
                  <td className={table.right}><Money value={spent} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        ))}
        {reads && <TopUps brand={brand} />}
      </Stack>
      {open === "policy" && <EditPolicy brand={brand} onClose={() => setOpen(null)} />}
      {open === "edit" && <EditBrand id={brand.id} onClose={() => setOpen(null)} />}
      {open === "top-up" && <TopUp brand={brand} onClose={() => setOpen(null)} />}
    </Section>
  );
}

const arrival = {
  pending: { word: "On its way", tone: "progress", icon: IconHourglass }, succeeded: { word: "Arrived", tone: "done", icon: IconCheck }, failed: { word: "Did not arrive", tone: "danger", icon: IconX },
} as const;

/** The newest top-ups: what is on its way, and what did not arrive. */
function TopUps({ brand }: { brand: Brand }) {
  const { data, error, refetch } = useQuery(topUpsQuery(brand.id));
  if (error && !data) return <LoadFailed error={error} retry={() => void refetch()} />;
  if (!data?.items.length) return null;
  return (
    <table className={table.table} aria-label={`Last top-ups of ${brand.name}`}>
      <thead><tr><th scope="col">Last top-ups</th><th scope="col">Asked for by</th><th scope="col">Stands</th><th scope="col" className={table.right}>Amount</th></tr></thead>
      <tbody>
        {data.items.map(({ id, created_at, asked_by, state, amount }) => {
          const { word, tone, icon: Icon } = arrival[state];
          return (
            <tr key={id}>
              <td><RelativeTime at={created_at} inList /></td>
              <td>{asked_by?.name ?? <Unknown />}</td>
              <td><Chip tone={tone} icon={<Icon size={13} stroke={2} aria-hidden />}>{word}</Chip></td>
              <td className={table.right}><Money value={amount} /></td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function TopUp({ brand, onClose }: { brand: Brand; onClose: () => void }) {
  const [typed, setTyped] = useState<TypedMoney>({ amount: "", currency: brand.second_pair_threshold.currency });
  const [missing, setMissing] = useState(false);
  const act = useAct({
    run: (amount: MoneyValue, key) => body(api.POST("/v1/brands/{id}/top-ups", { params: { path: { id: brand.id }, header: { "Idempotency-Key": key } }, body: { amount } })),
    done: "Top-up started; the funds are there when Stripe confirms it",
    close: onClose,
    touches: ["brand"],
  });
  const errors = act.error?.byField ?? {};
  return (
    <Modal opened onClose={onClose} title={`Top up funds of ${brand.name}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const amount = toMinor(typed.amount, typed.currency);
          setMissing(!amount);
          if (amount) act.mutate({ amount, currency: typed.currency });
        }}
      >
        <Stack>
          <p style={{ margin: 0 }}>Money moves from the brand’s bank account to its funds, from which creators are paid.</p>
          <MoneyInput label="Amount" required value={typed} onChange={setTyped} error={missing ? "Say how much" : (errors.amount ?? errors["amount.amount"])} />
          <ProblemNotice problem={act.error} shownFields={["amount", "amount.amount"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Move nothing</Button>
            <Button type="submit" loading={act.isPending}>Top up</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** From which amounts on a second person releases, and whether preparers give a code too. */
function EditPolicy({ brand, onClose }: { brand: Brand; onClose: () => void }) {
  const policy = useQuery({ ...payoutPolicyQuery(brand.id), refetchOnWindowFocus: false });
  return (
    <Modal opened onClose={onClose} title={`Approvals of payments of ${brand.name}`}>
      {policy.data ? <PolicyForm brand={brand} policy={policy.data.data} etag={policy.data.etag} onClose={onClose} /> : policy.error ? <LoadFailed error={policy.error} /> : <LoadingLines />}
    </Modal>
  );
}

function PolicyForm({ brand, policy, etag, onClose }: { brand: Brand; policy: PayoutPolicy; etag: string | undefined; onClose: () => void }) {
  const [tag] = useState(etag);
  const [prove, setProve] = useState(policy.preparers_prove);
  const [tiers, setTiers] = useState<TypedMoney[]>(policy.two_releasers_from.map((tier) => ({ amount: toMajor(tier), currency: tier.currency })));
  const [missing, setMissing] = useState<number>();
  const save = useAct({
    run: (edit: PayoutPolicyEdit) => body(api.PUT("/v1/brands/{id}/payout-policy", { params: { path: { id: brand.id }, header: { "If-Match": tag } }, body: edit })),
    done: "Saved; payments that are open keep what they were opened with",
    close: onClose,
    touches: ["brand"],
  });
  const errors = save.error?.byField ?? {};
  const errorOf = (at: number) => missing === at ? "Say an amount" : (errors[`two_releasers_from.${at}.amount`] ?? errors[`two_releasers_from.${at}.currency`]);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const amounts = tiers.map(({ amount, currency }) => ({ amount: toMinor(amount, currency) ?? 0, currency }));
        const bad = tiers.findIndex(({ amount, currency }) => !toMinor(amount, currency));
        setMissing(bad < 0 ? undefined : bad);
        if (bad < 0) save.mutate({ preparers_prove: prove, two_releasers_from: amounts });
      }}
    >
      <Stack>
        <p style={{ margin: 0 }}>A payment needs a preparer and a releaser. From these amounts on it needs a second releaser: three people.</p>
        {tiers.map((tier, at) => (
          <Group key={at} align="flex-end" wrap="nowrap">
            <MoneyInput label="Two releasers from" value={tier} onChange={(value) => setTiers(tiers.map((one, other) => (other === at ? value : one)))} error={errorOf(at)} />
            <Button variant="default" aria-label={`Remove tier ${at + 1}`} onClick={() => setTiers(tiers.filter((_, other) => other !== at))}>Remove</Button>
          </Group>
        ))}
        <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} style={{ alignSelf: "flex-start" }} onClick={() => setTiers([...tiers, { amount: "", currency: brand.second_pair_threshold.currency }])}>Add an amount</Button>
        <Checkbox label="Preparers give a code of their authenticator too" checked={prove} onChange={(event) => setProve(event.currentTarget.checked)} />
        <ProblemNotice problem={save.error} shownFields={tiers.flatMap((_, at) => [`two_releasers_from.${at}.amount`, `two_releasers_from.${at}.currency`])} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>Leave it as it is</Button>
          <Button type="submit" loading={save.isPending}>Save</Button>
        </Group>
      </Stack>
    </form>
  );
}

function EditBrand({ id, onClose }: { id: string; onClose: () => void }) {
  const brand = useQuery({ ...brandQuery(id), refetchOnWindowFocus: false });
  return (
    <Modal opened onClose={onClose} title="Edit brand">
      {brand.data ? <BrandForm brand={brand.data.data} etag={brand.data.etag} onClose={onClose} /> : brand.error ? <LoadFailed error={brand.error} /> : <LoadingLines />}
    </Modal>
  );
}

interface BrandValues {
  name: string;
  postal_address: string;
  mail_from_name: string;
  mail_from: string;
  threshold: TypedMoney;
  netting_cap_percent: number | string;
  netting_notice_days: number | string;
  destination_cool_off_days: number | string;
  posts_apart_hours: number | string;
  signing: BrandSigning;
}

function BrandForm({ brand, etag, onClose }: { brand: Brand; etag: string | undefined; onClose: () => void }) {
  // What the person started from: a change made by somebody else meanwhile must not slip in unseen.
  const [tag] = useState(etag);
  const form = useForm<BrandValues>({
    initialValues: {
      name: brand.name,
      postal_address: brand.postal_address,
      mail_from_name: brand.mail_from_name,
      mail_from: brand.mail_from,
      threshold: { amount: toMajor(brand.second_pair_threshold), currency: brand.second_pair_threshold.currency },
      netting_cap_percent: brand.netting_cap_percent,
      netting_notice_days: brand.netting_notice_days,
      destination_cool_off_days: brand.destination_cool_off_days,
      posts_apart_hours: brand.posts_apart_hours ?? 48,
      signing: brand.signing,
    },
  });
  const save = useAct({
    run: (edit: BrandEdit) => body(api.PATCH("/v1/brands/{id}", { params: { path: { id: brand.id }, header: { "If-Match": tag } }, body: edit })),
    done: "Brand saved",
    close: onClose,
    touches: ["brand", "session"],
  });
  return (
    <form
      noValidate
      onSubmit={form.onSubmit(({ threshold, ...values }) => {
        const amount = toMinor(threshold.amount, threshold.currency);
        if (amount === undefined) return form.setFieldError("threshold", "Say an amount, or 0");
        const edit = {
          ...values, netting_cap_percent: Number(values.netting_cap_percent), netting_notice_days: Number(values.netting_notice_days),
          destination_cool_off_days: Number(values.destination_cool_off_days), posts_apart_hours: Number(values.posts_apart_hours),
        };
        save.mutate({ ...edit, second_pair_threshold: { amount, currency: threshold.currency } }, { onError: (problem) => form.setErrors(problem.byField) });
      })}
    >
      <Stack>
        <BrandFields form={form} />
        <MoneyInput
          label="Two people of finance approve from"
          description="Below it the approval of the content counts as the first of the two"
          value={form.values.threshold}
          onChange={(threshold) => form.setFieldValue("threshold", threshold)}
          error={form.errors.threshold ?? form.errors.second_pair_threshold ?? form.errors["second_pair_threshold.amount"]}
        />
        <NumberInput label="Share of a payment kept for what the creator owes back" description="At most, in percent" suffix=" %" min={1} max={100} allowDecimal={false} required {...form.getInputProps("netting_cap_percent")} />
        <NumberInput label="Notice before that" suffix=" days" min={0} max={365} allowDecimal={false} required {...form.getInputProps("netting_notice_days")} />
        <NumberInput
          label="How long payments wait after the creator's bank account changed" suffix=" working days" description="Time in which the creator can object. At least 1, because a stolen account is emptied at once"
          min={1} max={30} allowDecimal={false} required {...form.getInputProps("destination_cool_off_days")}
        />
        <NumberInput label="Between a creator's posts for this brand and for another" suffix=" hours" description="Less is a warning in the calendar; 0 asks for nothing" min={0} max={720} allowDecimal={false} required {...form.getInputProps("posts_apart_hours")} />
        <Select
          label="Where creators sign contracts" description="For contracts that are sent from now on. Without Documenso they sign on Rapport’s page" allowDeselect={false}
          data={Object.entries(signingText).map(([value, label]) => ({ value, label }))} {...form.getInputProps("signing")}
        />
        <ProblemNotice problem={save.error} shownFields={Object.keys(form.errors)} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>Leave it as it is</Button>
          <Button type="submit" loading={save.isPending}>Save brand</Button>
        </Group>
      </Stack>
    </form>
  );
}

function BrandFields({ form }: { form: { getInputProps: (path: "name" | "postal_address" | "mail_from_name" | "mail_from") => object } }) {
  return (
    <>
      <TextInput label="Name" required {...form.getInputProps("name")} />
      <Textarea label="Postal address" description="Stands in every outreach mail, as the law asks" required autosize minRows={2} {...form.getInputProps("postal_address")} />
      <TextInput label="Sender’s name" required {...form.getInputProps("mail_from_name")} />
      <TextInput label="Sender’s address" type="email" required {...form.getInputProps("mail_from")} />
    </>
  );
}

function AddBrand({ onClose }: { onClose: () => void }) {
  const form = useForm({
    initialValues: { name: "", postal_address: "", mail_from_name: "", mail_from: "", zone: Intl.DateTimeFormat().resolvedOptions().timeZone },
  });
  const add = useAct({
    run: ({ zone, ...brand }: typeof form.values, key) =>
      body(api.POST("/v1/brands", {
        params: { header: { "Idempotency-Key": key } },
        body: { ...brand, calendar: { zone, working_days: [1, 2, 3, 4, 5], opens: "09:00", closes: "17:00", holidays: [] } },
      })),
    done: ({ name }) => `${name} was added; its calendar is under Calendars`,
    close: onClose,
    touches: ["brand", "session", "calendar"],
  });
  return (
    <Modal opened onClose={onClose} title="Add a brand">
      <form noValidate onSubmit={form.onSubmit((brand) => add.mutate(brand, { onError: (problem) => form.setErrors({ ...problem.byField, zone: problem.byField["calendar.zone"] }) }))}>
        <Stack>
          <BrandFields form={form} />
          <TextInput label="Time zone" description="Working hours start as Monday to Friday, 09:00 to 17:00" required {...form.getInputProps("zone")} />
          <ProblemNotice problem={add.error} shownFields={["name", "postal_address", "mail_from_name", "mail_from", "calendar.zone"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Add no brand</Button>
            <Button type="submit" loading={add.isPending}>Add brand</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
