import { Button, Group, TextInput } from "@mantine/core";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { IconChecks, IconCoin, IconHistory, IconRotate, IconScale, IconSearchOff, IconX } from "@tabler/icons-react";

import { firstPage, usePages } from "../../api/pages";
import { arrive, cashWeeksQuery, paymentsGateQuery, payoutLanesQuery, payoutsQuery } from "../../api/queries";
import type { PayoutLane, PayoutState, PayoutSummary } from "../../api/schema";
import { CreatorName } from "../../components/CreatorName";
import { columns, DataTable, TwoLines } from "../../components/DataTable";
import { Downloads } from "../../components/Downloads";
import { Filters, SearchInput } from "../../components/Filters";
import { CampaignFilter, CreatorFilter, LateFilters, StatesFilter } from "../../components/LateFilters";
import { LoadMore } from "../../components/LoadMore";
import { Money, Unknown } from "../../components/Money";
import { EmptyState } from "../../components/Notice";
import { Page } from "../../components/Page";
import { GateNotices } from "../../components/payout/GateNotices";
import { CashOut } from "../../components/payout/CashOut";
import { Lanes } from "../../components/payout/Lanes";
import { laneWords } from "../../components/payout/laneWords";
import { RelativeTime } from "../../components/RelativeTime";
import { StatusChip } from "../../components/StatusChip";
import * as url from "../../lib/search";
import { books, hasRole, useSession } from "../../lib/session";
import { looks } from "../../lib/states";

const states = Object.keys(looks.payout) as [PayoutState, ...PayoutState[]];

const lanes = Object.keys(laneWords) as [PayoutLane, ...PayoutLane[]];

// What nobody has to do anything about any more.
const over: PayoutState[] = ["paid", "partly_reversed", "reversed", "cancelled"];
const openStates = states.filter((state) => !over.includes(state));

const filters = url.search({
  q: url.words,
  show: url.oneOf(["all"]),
  creator: url.id,
  from: url.date,
  to: url.date,
  lane: url.oneOf(lanes),
  state: url.someOf(states),
  campaign: url.id,
  paid_from: url.date,
  paid_to: url.date,
  cursor: url.cursor,
});

type Address = url.Read<typeof filters> & { brand?: string };

/** Without a state or a lane it is what is open that is looked at, until somebody asks for all. */
const onlyOpen = ({ show, state, lane, paid_from, paid_to }: Address) => show !== "all" && !state && !lane && !paid_from && !paid_to;

const filterOf = (address: Address) => ({
  q: address.q, brand_id: address.brand, campaign_id: address.campaign, creator_id: address.creator, due_from: address.from, due_to: address.to,
  state: onlyOpen(address) ? openStates : address.state, lane: address.lane, paid_from: address.paid_from, paid_to: address.paid_to,
});

const listOf = (address: Address) => (cursor?: string) => payoutsQuery({ ...filterOf(address), cursor });

export const Route = createFileRoute("/_app/payouts/")({
  validateSearch: filters,
  loader: ({ context: { queryClient: queries }, location }) => {
    const address = location.search as Address;
    return arrive(
      firstPage(queries, listOf(address), address.cursor),
      queries.query(paymentsGateQuery),
      queries.query(payoutLanesQuery({ brand_id: address.brand, campaign_id: address.campaign })),
      queries.query(cashWeeksQuery(address.brand ? { brand_id: address.brand } : {})),
    );
  },
  component: Payouts,
});

const cols = columns<PayoutSummary>([
  { id: "creator", header: "Creator", cell: ({ id, creator }) => <CreatorName creator={creator} link={{ to: "/payouts/$id", params: { id } }} /> },
  { id: "milestone", header: "For", cell: ({ milestone_title, campaign_name }) => <TwoLines first={milestone_title} second={campaign_name} /> },
  { id: "state", header: "State", cell: ({ state, held_reason, offline }) => <span title={held_reason}><StatusChip noun="payout" state={state} />{offline && <div className="soft">Outside of Stripe</div>}</span>, phone: "head" },
  { id: "waits", header: "Waits for", cell: ({ waits_for }) => waits_for ?? <Unknown what="nothing" /> },
  { id: "due", header: "Due", cell: ({ due_at }) => <RelativeTime at={due_at} inList /> },
  { id: "paid", header: "Paid", cell: ({ paid_at }) => <RelativeTime at={paid_at} inList />, phone: "hide" },
  { id: "amount", header: "Amount", right: true, cell: ({ amount }) => <Money value={amount} /> },
]);

function Payouts() {
  const address = Route.useSearch();
  const { q, show, brand, state, campaign, creator, from, to, cursor, lane, paid_from: paidFrom, paid_to: paidTo } = address;
  const navigate = useNavigate({ from: Route.fullPath });
  const list = usePages(listOf(address), cursor);
  const set = (change: url.Read<typeof filters>) => void navigate({ search: (search) => ({ ...search, cursor: undefined, ...change }) });
  const session = useSession();
  const exports = hasRole(session, books);
  const open = onlyOpen(address);
  const filtered = [q, state, campaign, creator, from, to, lane, paidFrom, paidTo].some(Boolean);
  const clear = { q: undefined, show: undefined, state: undefined, campaign: undefined, creator: undefined, from: undefined, to: undefined, lane: undefined, paid_from: undefined, paid_to: undefined };

  return (
    <Page
      title="Payments"
      under="Money owed to creators and its way to the bank, by due date."
      actions={exports && (
        <Group gap="xs">
          {hasRole(session, ["finance_preparer", "finance_releaser"]) && (
            <Button leftSection={<IconChecks size={16} aria-hidden />} renderRoot={(props) => <Link to="/payouts/batch" search={{ brand }} {...props} />}>
              Approve together
            </Button>
          )}
          <Button variant="default" leftSection={<IconHistory size={16} aria-hidden />} renderRoot={(props) => <Link to="/payouts/batches" search={{ brand }} {...props} />}>
            Past batches
          </Button>
          <Button variant="default" leftSection={<IconRotate size={16} aria-hidden />} component={Link} to="/reversals">
            Money taken back
          </Button>
          <Button variant="default" leftSection={<IconScale size={16} aria-hidden />} component={Link} to="/reconciliation">
            Reconciliation
          </Button>
          <Downloads path="/v1/payouts/export" query={filterOf(address)} as={["csv", "xlsx"]} />
        </Group>
      )}
    >
      <GateNotices linked={exports} />
      <Lanes
        brandId={brand} campaignId={campaign} value={lane} onChange={(one) => set({ lane: one, state: undefined })}
        state={state?.length === 1 ? state[0] : undefined} onState={(one) => set({ state: one && [one], lane: undefined })}
      />
      <Filters>
        <SearchInput label="Search creators" value={q} onChange={(value) => set({ q: value })} />
        {open && <Button variant="light" rightSection={<IconX size={14} aria-hidden />} aria-label="Open, show all payments" onClick={() => set({ show: "all" })}>Open</Button>}
        {show === "all" && !state && !lane && <Button variant="subtle" onClick={() => set({ show: undefined })}>Only what is open</Button>}
        <LateFilters>
          <StatesFilter label="State" value={state} onChange={(value) => set({ state: value as PayoutState[] | undefined, lane: undefined })} data={states.map((value) => ({ value, label: looks.payout[value].word }))} />
          <CampaignFilter label="Campaign" compact brandId={brand} value={campaign} onChange={(value) => set({ campaign: value })} />
          <CreatorFilter label="Creator" compact value={creator} onChange={(value) => set({ creator: value })} />
          <TextInput type="date" label="Due from" size="xs" value={from ?? ""} onChange={(event) => set({ from: event.currentTarget.value || undefined })} />
          <TextInput type="date" label="Due until" size="xs" value={to ?? ""} error={from && to && to < from ? "Before the first day" : undefined} onChange={(event) => set({ to: event.currentTarget.value || undefined })} />
        </LateFilters>
        <TextInput type="date" label="Paid from" size="xs" value={paidFrom ?? ""} onChange={(event) => set({ paid_from: event.currentTarget.value || undefined, lane: undefined })} />
        <TextInput type="date" label="Paid until" size="xs" value={paidTo ?? ""} error={paidFrom && paidTo && paidTo < paidFrom ? "Before the first day" : undefined} onChange={(event) => set({ paid_to: event.currentTarget.value || undefined, lane: undefined })} />
      </Filters>
      <DataTable
        label="Payouts"
        columns={cols}
        rows={list.data?.items}
        more={list.more.hasNextPage}
        sortAgain={list.sortAgain}
        rowId={({ id }) => id}
        error={list.error}
        retry={() => void list.refetch()}
        empty={
          filtered ? (
            <EmptyState
              icon={IconSearchOff}
              title={open ? "No open payout matches" : "No payout matches"}
              action={
                <Group gap="xs">
                  {open && <Button variant="default" onClick={() => set({ show: "all" })}>Look among all payments</Button>}
                  <Button variant="default" onClick={() => set(clear)}>Clear the filters</Button>
                </Group>
              }
            />
          ) : open ? (
            <EmptyState icon={IconCoin} title="Nothing is open" action={<Button variant="default" onClick={() => set({ show: "all" })}>Show all payments</Button>}>
              A payout is made by itself when a milestone of a contract is met: on signature, on approval, after verification.
            </EmptyState>
          ) : (
            <EmptyState icon={IconCoin} title="Nothing is owed yet" action={<Link to="/contracts">See the contracts</Link>}>A payout is made by itself when a milestone of a contract is met: on signature, on approval, after verification.</EmptyState>
          )
        }
      />
      <LoadMore more={list.more} cursor={cursor} toStart={() => set({ cursor: undefined })} press />
      <CashOut brandId={brand} />
    </Page>
  );
}
