import { Button, Group, Modal, SegmentedControl, Select, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { IconCoin, IconSearchOff } from "@tabler/icons-react";
import { useMemo, useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { payoutsToApproveQuery } from "../../api/queries";
import type { ApprovalPart, PayoutBatchCreate, PayoutToApprove } from "../../api/schema";
import { CommandButton } from "../../components/CommandButton";
import { CreatorName } from "../../components/CreatorName";
import { columns, DataTable, TwoLines } from "../../components/DataTable";
import { Filters } from "../../components/Filters";
import { Money } from "../../components/Money";
import { EmptyState, Notice, ProblemNotice } from "../../components/Notice";
import { Facts, Page } from "../../components/Page";
import { sent, sums, warningWords } from "../../components/payout/batch";
import { RelativeTime } from "../../components/RelativeTime";
import { Chip } from "../../components/StatusChip";
import { moneyText } from "../../lib/money";
import * as url from "../../lib/search";
import { hasRole, useSession } from "../../lib/session";
import { useShortcuts } from "../../lib/shortcuts";

const parts = ["preparer", "releaser"] as const;
const kinds = ["plain", "warned"] as const;

export const Route = createFileRoute("/_app/payouts/batch")({
  validateSearch: url.search({ part: url.oneOf(parts), only: url.oneOf(kinds) }),
  component: Batch,
});

/** Chooses the brand, for batches are of one, and the part, where the person has both. */
function Batch() {
  const { brand, part: asked } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const session = useSession();
  const brands = (session?.brands ?? []).filter(({ brand_id }) => hasRole(session, ["finance_preparer", "finance_releaser"], brand_id));
  const brandId = brands.find(({ brand_id }) => brand_id === brand)?.brand_id ?? brands[0]?.brand_id;
  const mine = parts.filter((one) => hasRole(session, [`finance_${one}`], brandId));
  const part = asked && mine.includes(asked) ? asked : mine.at(-1);
  return (
    <Page
      title="Approve together"
      up={{ to: "/payouts", label: "Payments" }}
      under="Everything of one brand that waits for you. Each payment is approved by itself; one that is refused keeps no other from going on."
    >
      {!brandId || !part ? <EmptyState icon={IconCoin} title="You approve no payments">An admin gives you a finance role, and a second person confirms it.</EmptyState> : (
        <>
          <Group gap="xs" align="flex-end">
            {brands.length > 1 && (
              <Select
                label="Brand"
                allowDeselect={false}
                data={brands.map(({ brand_id, brand_name }) => ({ value: brand_id, label: brand_name ?? brand_id }))}
                value={brandId}
                onChange={(value) => void navigate({ search: (search) => ({ ...search, brand: value ?? undefined }) })}
              />
            )}
            {mine.length > 1 && (
              <SegmentedControl
                aria-label="Approve as"
                data={[{ value: "preparer", label: "As preparer" }, { value: "releaser", label: "As releaser" }]}
                value={part}
                onChange={(value) => void navigate({ search: (search) => ({ ...search, part: value }) })}
              />
            )}
          </Group>
          <ToApprove key={`${brandId}/${part}`} brandId={brandId} part={part} />
        </>
      )}
    </Page>
  );
}

function ToApprove({ brandId, part }: { brandId: string; part: ApprovalPart }) {
  const { only } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const list = useQuery(payoutsToApproveQuery(brandId, part));
  const rows = useMemo(() => list.data?.items.filter(({ warnings }) => !only || (only === "warned") === warnings.length > 0), [list.data, only]);
  // Nothing is chosen before the person has chosen it.
  const [chosen, setChosen] = useState<Record<string, true>>({});
  const [reasons, setReasons] = useState<Record<string, string>>({});
  const [confirming, setConfirming] = useState(false);
  const taken = (list.data?.items ?? []).filter(({ summary }) => chosen[summary.id]);
  const left = (list.data?.items ?? []).filter(({ summary }) => !chosen[summary.id] && reasons[summary.id]?.trim());
  const toggle = () => {
    const link = document.activeElement?.closest("[data-row]")?.querySelector("a");
    const id = link?.pathname.split("/").at(-1);
    if (!id) return;
    setChosen((before) => {
      const { [id]: was, ...rest } = before;
      return was ? rest : { ...before, [id]: true };
    });
  };
  useShortcuts("Payments to approve", [
    { keys: "x", label: "Choose the payment, or leave it out", run: toggle },
    { keys: "a", label: "Approve what is chosen", run: () => taken.length > 0 && setConfirming(true) },
  ]);

  const cols = columns<PayoutToApprove>([
    { id: "creator", header: "Creator", cell: ({ summary }) => <CreatorName creator={summary.creator} link={{ to: "/payouts/$id", params: { id: summary.id } }} /> },
    { id: "for", header: "For", cell: ({ summary }) => <TwoLines first={summary.milestone_title} second={summary.offline ? `${summary.campaign_name}. ${summary.offline.words}` : summary.campaign_name} /> },
    {
      id: "warnings",
      header: "Look out for",
      cell: ({ warnings }) => warnings.length === 0 ? <span className="soft">Nothing</span> : (
        <Group gap={4}>{warnings.map((warning) => <Chip key={warning} tone="attention">{warningWords[warning]}</Chip>)}</Group>
      ),
    },
    {
      id: "left",
      header: "Why left out",
      cell: ({ summary }) => chosen[summary.id] ? <span className="soft">Chosen</span> : (
        <TextInput
          size="xs"
          aria-label={`Why ${summary.creator.name}, ${summary.milestone_title} is left out`}
          placeholder="Waits, unless you say why"
          maxLength={1000}
          value={reasons[summary.id] ?? ""}
          onChange={(event) => {
            const { value } = event.currentTarget;
            setReasons((before) => ({ ...before, [summary.id]: value }));
          }}
        />
      ),
    },
    { id: "due", header: "Due", cell: ({ summary }) => <RelativeTime at={summary.due_at} inList /> },
    { id: "amount", header: "Amount", right: true, cell: ({ summary }) => <Money value={sent(summary)} /> },
  ]);

  return (
    <>
      <Filters>
        <SegmentedControl
          aria-label="Show"
          data={[{ value: "all", label: "All" }, { value: "plain", label: "Nothing to look out for" }, { value: "warned", label: "To look at" }]}
          value={only ?? "all"}
          onChange={(value) => void navigate({ search: (search) => ({ ...search, only: value === "all" ? undefined : value }) })}
        />
        <Button variant="default" onClick={() => setChosen((before) => ({ ...before, ...Object.fromEntries((rows ?? []).map(({ summary }) => [summary.id, true as const])) }))}>Choose all {rows?.length ?? 0} shown</Button>
        <Button variant="subtle" color="gray" onClick={() => setChosen({})}>Choose none</Button>
        <CommandButton reason={taken.length === 0 ? "Choose payments first." : undefined} onClick={() => setConfirming(true)}>Approve {taken.length} chosen</CommandButton>
        <span role="status" aria-label="Chosen">{sums(taken.map(({ summary }) => sent(summary))).map(moneyText).join(" + ")}</span>
      </Filters>
      {list.data?.more && <Notice tone="attention" title="There are more than 500">Approve these first; the others are shown then.</Notice>}
      <DataTable
        label="Payments to approve"
        columns={cols}
        rows={rows}
        rowId={({ summary }) => summary.id}
        error={list.error}
        retry={() => void list.refetch()}
        chosen={{ value: chosen, onChange: setChosen, nameOf: ({ summary }) => `${summary.creator.name}, ${summary.milestone_title}` }}
        empty={only ? <EmptyState icon={IconSearchOff} title="No payment matches" action={<Button variant="default" onClick={() => void navigate({ search: (search) => ({ ...search, only: undefined }) })}>Show all</Button>} /> : <EmptyState icon={IconCoin} title="Nothing waits for you here" action={<Link to="/payouts">See the payments</Link>}>A payment comes here when it is due and your part of its approval is missing.</EmptyState>}
      />
      {confirming && <Confirm brandId={brandId} part={part} taken={taken} left={left} reasons={reasons} onClose={() => setConfirming(false)} />}
    </>
  );
}

/** Shows once more what is approved, in sums and warnings, and approves that and nothing else. */
function Confirm({ brandId, part, taken, left, reasons, onClose }: {
  brandId: string;
  part: ApprovalPart;
  taken: PayoutToApprove[];
  left: PayoutToApprove[];
  reasons: Record<string, string>;
  onClose: () => void;
}) {
  const navigate = useNavigate();
  // What the person saw when the dialog opened. What changes meanwhile is refused, each by itself.
  const [batch] = useState<PayoutBatchCreate>(() => ({
    brand_id: brandId,
    part,
    approve: taken.map(({ summary }) => ({ payout_id: summary.id, amount: sent(summary) })),
    exclude: left.map(({ summary }) => ({ payout_id: summary.id, reason: reasons[summary.id]?.trim() ?? "" })),
  }));
  const total = sums(batch.approve.map(({ amount }) => amount)).map(moneyText).join(" + ");
  const counted = Object.entries(warningWords).flatMap(([warning, words]) => {
    const count = taken.filter(({ warnings }) => warnings.some((one) => one === warning)).length;
    return count > 0 ? [`${words}: ${count}`] : [];
  });
  const approve = useAct({
    run: (what: PayoutBatchCreate, key) => body(api.POST("/v1/payout-batches", { params: { header: { "Idempotency-Key": key } }, body: what })),
    then: ({ id }) => void navigate({ to: "/payouts/batches/$id", params: { id } }),
    touches: ["payout", "partnership", "task"],
  });
  return (
    <Modal opened onClose={onClose} title={`Approve ${batch.approve.length} as ${part}`}>
      <form onSubmit={(event) => { event.preventDefault(); approve.mutate(batch); }}>
        <Stack>
          <Facts
            facts={[
              ["Payments", batch.approve.length],
              ["Sum", <strong key="sum">{total}</strong>],
              ["Look out for", counted.length === 0 ? "Nothing" : <ul key="warnings" style={{ margin: 0, paddingLeft: 18 }}>{counted.map((line) => <li key={line}>{line}</li>)}</ul>],
              ["Left out with a reason", left.length],
            ]}
          />
          <p className="soft" style={{ margin: 0 }}>Each approval holds for the amount, currency and account of its payment only.</p>
          <ProblemNotice problem={approve.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Approve nothing</Button>
            <Button type="submit" loading={approve.isPending} data-autofocus>Approve {total}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
