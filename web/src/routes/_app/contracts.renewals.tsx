import { Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { IconArchive, IconRefresh, IconSearchOff } from "@tabler/icons-react";
import { useEffect, useRef } from "react";

import { renewalsQuery } from "../../api/queries";
import type { Renewal, RenewalState } from "../../api/schema";
import { CreatorName } from "../../components/CreatorName";
import { columns, DataTable, Pager, TwoLines } from "../../components/DataTable";
import { Downloads } from "../../components/Downloads";
import { Filters, SearchInput } from "../../components/Filters";
import { CampaignFilter, LateFilters, PersonFilter, StatesFilter } from "../../components/LateFilters";
import { Money } from "../../components/Money";
import { EmptyState } from "../../components/Notice";
import { Page } from "../../components/Page";
import { RelativeTime } from "../../components/RelativeTime";
import { Packet } from "../../components/renewal/Packet";
import classes from "../../components/renewal/Renewal.module.css";
import { StatusChip } from "../../components/StatusChip";
import * as url from "../../lib/search";
import { books, hasRole, useSession } from "../../lib/session";
import { looks } from "../../lib/states";

const states = Object.keys(looks.renewal) as [RenewalState, ...RenewalState[]];

const filters = url.search({ q: url.words, state: url.someOf(states), owner: url.id, campaign: url.id, selected: url.id, cursor: url.cursor });

export const Route = createFileRoute("/_app/contracts/renewals")({ validateSearch: filters, component: Renewals });

/** The states of an option that can be used. */
const usable = ["open", "let_end", "renegotiating"];

const parts: Parameters<typeof columns<Renewal>>[0] = [
  { id: "creator", header: "Creator", cell: ({ partnership_id, creator }) => <CreatorName creator={creator} link={{ to: "/contracts/renewals", search: (before: object) => ({ ...before, selected: partnership_id }), resetScroll: false }} /> },
  { id: "state", header: "State", cell: ({ state }) => <StatusChip noun="renewal" state={state} />, phone: "head" },
  { id: "notice", header: "Decide by", cell: ({ notice_by }) => <RelativeTime at={notice_by} inList /> },
  { id: "ends", header: "Ends", cell: ({ ends_at }) => <RelativeTime at={ends_at} inList />, phone: "hide" },
  { id: "option", header: "Option until", cell: ({ option }) => option && usable.includes(option.state) ? <RelativeTime at={option.ends_at} inList /> : "–", phone: "hide" },
  { id: "owner", header: "Owner", cell: ({ owner }) => owner.name },
  { id: "campaign", header: "Campaign", cell: ({ campaign_name, brand_name }) => <TwoLines first={campaign_name} second={brand_name} />, phone: "hide", wide: true },
  { id: "fee", header: "Fee", right: true, cell: ({ fee }) => <Money value={fee} /> },
];
const cols = columns(parts);
// Beside a packet there is room for who, how it stands and by when; the packet has the rest.
const few = columns(parts.slice(0, 3));

function Renewals() {
  const { brand, q, state, owner, campaign, selected, cursor } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const filter = { brand_id: brand, q, state, owner_id: owner, campaign_id: campaign };
  const session = useSession();
  const packet = useRef<HTMLElement>(null);
  // Where there is room for one thing the packet stands above the list, and whoever chose far down would not see it.
  useEffect(() => {
    if (selected && window.matchMedia("(max-width: 74.99em)").matches) packet.current?.scrollIntoView();
  }, [selected]);
  const list = useQuery(renewalsQuery({ ...filter, cursor }));
  const set = (change: url.Read<typeof filters>) => void navigate({ search: (search) => ({ ...search, cursor: undefined, ...change }), resetScroll: false });
  return (
    <Page
      title="Renewals"
      up={{ to: "/contracts", label: "Contracts" }}
      under="Terms that run, by the last day on which their renewal is decided. What nobody decides lapses."
      actions={
        <Group gap="sm">
          {hasRole(session, books) && <Button variant="default" leftSection={<IconArchive size={16} aria-hidden />} renderRoot={(props) => <Link to="/reports/lapsed" search={{ brand }} {...props} />}>Lapsed terms</Button>}
          <Downloads path="/v1/renewals/export" query={filter} as={["csv", "xlsx"]} />
        </Group>
      }
    >
      <Filters>
        <SearchInput label="Search renewals" value={q} onChange={(value) => set({ q: value })} />
        <LateFilters>
          <StatesFilter label="State" value={state} onChange={(value) => set({ state: value as RenewalState[] | undefined })} data={states.map((value) => ({ value, label: looks.renewal[value].word }))} />
          <PersonFilter label="Owner" compact value={owner} onChange={(value) => set({ owner: value })} />
          <CampaignFilter label="Campaign" compact brandId={brand} value={campaign} onChange={(value) => set({ campaign: value })} />
        </LateFilters>
      </Filters>
      <div className={classes.desk} data-selected={selected}>
        <div>
          <DataTable
            label="Renewals"
            columns={selected ? few : cols}
            rows={list.data?.items}
            rowId={({ partnership_id }) => partnership_id}
            error={list.error}
            retry={() => void list.refetch()}
            empty={
              (q ?? owner ?? campaign ?? state?.length) ? (
                <EmptyState icon={IconSearchOff} title="Nothing matches" action={<Button variant="default" onClick={() => set({ q: undefined, state: undefined, owner: undefined, campaign: undefined })}>Clear the filters</Button>} />
              ) : (
                <EmptyState icon={IconRefresh} title="No term runs now" action={<Link to="/reports/lapsed">See the terms that lapsed</Link>}>One begins when both have signed a contract.</EmptyState>
              )
            }
          />
          <Pager shown={list.data?.items.length ?? 0} cursor={cursor} nextCursor={list.data?.next_cursor} go={(next) => set({ cursor: next })} />
        </div>
        {selected && (
          <aside ref={packet} aria-label="How the term went">
            <Packet key={selected} partnershipId={selected} />
          </aside>
        )}
      </div>
    </Page>
  );
}
