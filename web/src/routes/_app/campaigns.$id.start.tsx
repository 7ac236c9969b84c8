import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { IconAddressBook, IconSearchOff } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { usePages } from "../../api/pages";
import { campaignQuery, creatorsQuery, warm, type CreatorFilter } from "../../api/queries";
import type { Campaign, Creator, StartResult } from "../../api/schema";
import { CommandButton } from "../../components/CommandButton";
import { CreatorName } from "../../components/CreatorName";
import { columns, DataTable } from "../../components/DataTable";
import { Filters, SearchInput } from "../../components/Filters";
import { LoadMore } from "../../components/LoadMore";
import { EmptyState, Notice, ProblemNotice } from "../../components/Notice";
import { Page } from "../../components/Page";
import { PersonSelect } from "../../components/Pickers";
import { Chip, StatusChip } from "../../components/StatusChip";
import { useChosen } from "../../lib/choose";
import { mainAccount } from "../../lib/creator";
import * as url from "../../lib/search";
import { useSession } from "../../lib/session";

const ChosenBar = lazy(() => import("../../components/ChosenBar"));

const filters = url.search({
  q: url.words,
  country: url.words,
  tag: url.words,
  cursor: url.cursor,
});

export const Route = createFileRoute("/_app/campaigns/$id/start")({
  validateSearch: filters,
  loader: ({ context, params }) => warm(context.queryClient, campaignQuery(params.id)),
  component: Start,
});

/** How many the API starts at once. */
const most = 500;

/** Every creator that a filter finds, as long as they are not more than can be started at once. */
const matchingQuery = (filter: CreatorFilter) => ({
  queryKey: ["creator", "list", filter, "all"] as const,
  queryFn: async ({ signal }: { signal: AbortSignal }) => {
    const creators: Creator[] = [];
    let cursor: string | undefined;
    do {
      const page = await body(api.GET("/v1/creators", { params: { query: { ...filter, limit: 200, cursor } }, signal }));
      creators.push(...page.items);
      cursor = page.next_cursor;
    } while (cursor && creators.length <= most);
    return { creators, count: creators.length, more: creators.length > most };
  },
});

const cols = columns<Creator>([
  { id: "creator", header: "Creator", cell: (creator) => <CreatorName creator={{ id: creator.id, name: creator.name, ...mainAccount(creator) }} link={{ to: "/creators/$id", params: { id: creator.id } }} /> },
  { id: "country", header: "Country", cell: ({ country }) => country ?? "" },
  { id: "followers", header: "Followers", right: true, cell: (creator) => <span className="tabular">{mainAccount(creator).followers?.toLocaleString("en") ?? ""}</span> },
  { id: "tags", header: "Tags", cell: ({ tags }) => tags.join(", "), phone: "hide" },
  {
    id: "can",
    header: "Can be written to",
    cell: ({ contacts, do_not_contact, banned }) =>
      banned ? <StatusChip noun="verdict" state="banned" /> : do_not_contact ? <StatusChip noun="verdict" state="do_not_contact" /> : contacts.length === 0 ? <StatusChip noun="verdict" state="no_address" /> : <Chip tone="done">Yes</Chip>,
  },
]);

function Start() {
  const { id } = Route.useParams();
  const { q, country, tag, cursor } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const { data: { data: campaign } } = useSuspenseQuery(campaignQuery(id));
  const filter = { q, country, tag };
  const list = usePages((next) => creatorsQuery({ ...filter, cursor: next }), cursor);
  const chosen = useChosen(filter);
  const matching = useQuery({ ...matchingQuery(filter), enabled: chosen.all !== undefined }).data;
  const [asked, setAsked] = useState<Named[]>();
  const set = (change: url.Read<typeof filters>) => void navigate({ search: (search) => ({ ...search, cursor: undefined, ...change }) });
  const rows = list.data?.items ?? [];
  const whole = Boolean((cursor ?? list.data?.next_cursor) && rows.length > 0 && rows.every((row) => chosen.value[row.id]));
  const creators = chosen.all === undefined ? rows.filter((row) => chosen.value[row.id]) : (matching?.creators ?? []);
  const refused = campaign.state !== "running" ? "Only a running campaign starts partnerships." : creators.length > most ? `At most ${most} are started at once.` : undefined;

  return (
    <Page title="Start partnerships" up={{ to: `/campaigns/${id}`, label: campaign.name }} under="Choose one creator or hundreds. Each gets the first mail of the sequence in their own working hours.">
      {campaign.state !== "running" && <Notice tone="attention" title="This campaign is not running">Nothing can be started in it now. <Link to="/campaigns/$id" params={{ id }}>Back to the campaign</Link></Notice>}
      <Filters>
        <SearchInput label="Search creators" value={q} onChange={(value) => set({ q: value })} />
        <TextInput aria-label="Country" placeholder="Country, like DE" w={140} value={country ?? ""} onChange={(event) => set({ country: event.currentTarget.value.toUpperCase() || undefined })} />
        <TextInput aria-label="Tag" placeholder="Tag" w={140} value={tag ?? ""} onChange={(event) => set({ tag: event.currentTarget.value || undefined })} />
      </Filters>
      {chosen.ids.length > 0 && (
        <Suspense>
          <ChosenBar noun="creators" most={most} chosen={chosen} whole={whole} count={matchingQuery(filter)}>
            <CommandButton size="xs" reason={refused} onClick={() => setAsked(creators)}>Start…</CommandButton>
          </ChosenBar>
        </Suspense>
      )}
      <DataTable
        label="Creators to choose from"
        columns={cols}
        rows={list.data?.items}
        more={list.more.hasNextPage}
        sortAgain={list.sortAgain}
        rowId={(row) => row.id}
        error={list.error}
        retry={() => void list.refetch()}
        chosen={{ value: chosen.value, onChange: chosen.set, nameOf: ({ name }) => name, keys: true }}
        empty={
          (q ?? country ?? tag) ? (
            <EmptyState icon={IconSearchOff} title="No creator matches" action={<Button variant="default" onClick={() => set({ q: undefined, country: undefined, tag: undefined })}>Clear the filters</Button>} />
          ) : (
            <EmptyState icon={IconAddressBook} title="There are no creators yet" action={<Link to="/creators/import">Import creators</Link>}>Bring your list as a CSV file first.</EmptyState>
          )
        }
      />
      <LoadMore more={list.more} cursor={cursor} toStart={() => set({ cursor: undefined })} />
      {asked && <StartDialog campaign={campaign} creators={asked} onClose={() => setAsked(undefined)} onStarted={chosen.clear} />}
    </Page>
  );
}

type Named = Pick<Creator, "id" | "name">;

const many = (count: number) => `${count.toLocaleString("en")} ${count === 1 ? "partnership" : "partnerships"}`;

/** Says how many will be started and written to, starts them, and says who was left out and why. */
function StartDialog({ campaign, creators, onClose, onStarted }: { campaign: Campaign; creators: Named[]; onClose: () => void; onStarted: () => void }) {
  const session = useSession();
  const [owner, setOwner] = useState(session?.user_id);
  const start = useAct({
    run: (what: { creator_ids: string[]; owner_id: string | undefined }, key) =>
      body(api.POST("/v1/campaigns/{id}/partnerships", { params: { path: { id: campaign.id }, header: { "Idempotency-Key": key } }, body: what })),
    then: onStarted,
    touches: ["campaign", "partnership"],
  });
  if (start.data) return <Started result={start.data} campaignId={campaign.id} creators={creators} onClose={onClose} />;
  return (
    <Modal opened onClose={onClose} title={`Start ${many(creators.length)} in ${campaign.name}`}>
      <form onSubmit={(event) => { event.preventDefault(); start.mutate({ creator_ids: creators.map(({ id }) => id), owner_id: owner }); }}>
        <Stack>
          <p style={{ margin: 0 }}>
            {creators.length === 1 ? `${creators[0]?.name} gets the first mail of the sequence` : `${creators.length.toLocaleString("en")} creators get the first mail of the sequence`} in their own working hours. A mail that is out cannot be taken back.
          </p>
          <p className="soft" style={{ margin: 0 }}>Left out, and named afterwards: who is in the campaign already, is banned, does not want to be contacted, or has no address.</p>
          <PersonSelect label="Owner" brandId={campaign.brand_id} value={owner} onChange={setOwner} error={start.error?.byField.owner_id} />
          <ProblemNotice problem={start.error} shownFields={["owner_id"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Start none</Button>
            <Button type="submit" loading={start.isPending}>Start {many(creators.length)}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function Started({ result, campaignId, creators, onClose }: { result: StartResult; campaignId: string; creators: Named[]; onClose: () => void }) {
  const names = new Map(creators.map(({ id, name }) => [id, name]));
  const others = result.items.filter(({ verdict }) => verdict !== "started");
  return (
    <Modal opened onClose={onClose} title={`${many(result.started)} started`}>
      <Stack>
        <p role="status" style={{ margin: 0 }}>{others.length === 0 ? "None was left out." : `${others.length.toLocaleString("en")} ${others.length === 1 ? "was" : "were"} not, and nothing was sent to them:`}</p>
        {others.length > 0 && (
          <ul style={{ margin: 0, paddingLeft: 18, maxHeight: 320, overflowY: "auto" }}>
            {others.map(({ creator_id, partnership_id, detail }) => (
              <li key={creator_id}>
                {partnership_id ? <Link to="/partnerships/$id" params={{ id: partnership_id }}>{names.get(creator_id)}</Link> : <Link to="/creators/$id" params={{ id: creator_id }}>{names.get(creator_id)}</Link>}
                <div className="soft">{detail}</div>
              </li>
            ))}
          </ul>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>Choose more</Button>
          {result.started > 0 && <Button renderRoot={(props) => <Link to="/campaigns/$id" params={{ id: campaignId }} {...props} />}>See how they go on</Button>}
        </Group>
      </Stack>
    </Modal>
  );
}
