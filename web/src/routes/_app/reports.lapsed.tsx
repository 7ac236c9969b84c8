import { Button, NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { IconArchive, IconSearchOff } from "@tabler/icons-react";

import { renewalsQuery } from "../../api/queries";
import type { LapseWhy, Renewal } from "../../api/schema";
import { CreatorName } from "../../components/CreatorName";
import { columns, DataTable, Pager, TwoLines } from "../../components/DataTable";
import { Downloads } from "../../components/Downloads";
import { Filters, SearchInput } from "../../components/Filters";
import { CampaignFilter, LateFilters, PersonFilter } from "../../components/LateFilters";
import { Money, Unknown } from "../../components/Money";
import { EmptyState } from "../../components/Notice";
import { Page } from "../../components/Page";
import { RelativeTime } from "../../components/RelativeTime";
import * as url from "../../lib/search";

const whys = ["decided", "no_decision", "offer_expired", "declined"] as const satisfies readonly LapseWhy[];
const whyWords: Record<LapseWhy, string> = { decided: "A person let it lapse", no_decision: "Nobody decided", offer_expired: "The offer expired", declined: "The creator declined" };

const filters = url.search({ q: url.words, why: url.oneOf(whys), owner: url.id, campaign: url.id, cursor: url.cursor });

export const Route = createFileRoute("/_app/reports/lapsed")({ validateSearch: filters, component: Lapsed });

const cols = columns<Renewal>([
  { id: "creator", header: "Creator", cell: ({ partnership_id, creator }) => <CreatorName creator={creator} link={{ to: "/partnerships/$id", params: { id: partnership_id } }} /> },
  { id: "campaign", header: "Campaign", cell: ({ campaign_name, brand_name }) => <TwoLines first={campaign_name} second={brand_name} />, phone: "hide" },
  { id: "lapsed", header: "Lapsed", cell: ({ lapse }) => <RelativeTime at={lapse?.at} inList /> },
  { id: "why", header: "Why", cell: ({ lapse }) => lapse ? <div>{lapse.words}{lapse.reason && <div className="soft">{lapse.reason}</div>}</div> : <Unknown /> },
  { id: "owner", header: "Owner", cell: ({ owner }) => owner.name },
  { id: "fee", header: "Fee of the term", right: true, cell: ({ fee }) => <Money value={fee} /> },
]);

function Lapsed() {
  const { brand, q, why, owner, campaign, cursor } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const filter = { brand_id: brand, q, why, owner_id: owner, campaign_id: campaign, state: ["lapsed" as const, "declined" as const] };
  const list = useQuery(renewalsQuery({ ...filter, cursor }));
  const set = (change: url.Read<typeof filters>) => void navigate({ search: (search) => ({ ...search, cursor: undefined, ...change }) });
  return (
    <Page title="Lapsed terms" under="Terms that are not renewed, and who decided that, or that nobody did." actions={<Downloads path="/v1/renewals/export" query={filter} as={["csv", "xlsx"]} />}>
      <Filters>
        <SearchInput label="Search lapsed terms" value={q} onChange={(value) => set({ q: value })} />
        <NativeSelect
          aria-label="Why"
          value={why ?? ""}
          onChange={(event) => set({ why: (event.currentTarget.value || undefined) as LapseWhy | undefined })}
          data={[{ value: "", label: "For any reason" }, ...whys.map((value) => ({ value, label: whyWords[value] }))]}
        />
        <LateFilters>
          <PersonFilter label="Owner" compact value={owner} onChange={(value) => set({ owner: value })} />
          <CampaignFilter label="Campaign" compact brandId={brand} value={campaign} onChange={(value) => set({ campaign: value })} />
        </LateFilters>
      </Filters>
      <DataTable
        label="Lapsed terms"
        columns={cols}
        rows={list.data?.items}
        rowId={({ partnership_id }) => partnership_id}
        error={list.error}
        retry={() => void list.refetch()}
        empty={
          (q ?? why ?? owner ?? campaign) ? (
            <EmptyState icon={IconSearchOff} title="Nothing matches" action={<Button variant="default" onClick={() => set({ q: undefined, why: undefined, owner: undefined, campaign: undefined })}>Clear the filters</Button>} />
          ) : (
            <EmptyState icon={IconArchive} title="No term has lapsed" action={<Link to="/contracts/renewals">See what is to be decided</Link>}>Terms lapse when somebody lets them, when nobody decides by their last day, or when the creator declines.</EmptyState>
          )
        }
      />
      <Pager shown={list.data?.items.length ?? 0} cursor={cursor} nextCursor={list.data?.next_cursor} go={(next) => set({ cursor: next })} />
    </Page>
  );
}
