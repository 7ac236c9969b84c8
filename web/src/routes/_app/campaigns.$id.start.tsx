import { Button, Group, TextInput } from "@mantine/core";
import { useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { IconAddressBook, IconSearchOff } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { campaignQuery, creatorsQuery, warm } from "../../api/queries";
import type { Creator, StartResult } from "../../api/schema";
import { CreatorName } from "../../components/CreatorName";
import { columns, DataTable, Pager } from "../../components/DataTable";
import { Filters, SearchInput } from "../../components/Filters";
import { EmptyState, Notice, ProblemNotice } from "../../components/Notice";
import { Page } from "../../components/Page";
import { PersonSelect } from "../../components/Pickers";
import { Chip, StatusChip } from "../../components/StatusChip";
import { mainAccount } from "../../lib/creator";
import * as url from "../../lib/search";
import { useSession } from "../../lib/session";
import { looks } from "../../lib/states";
import classes from "./campaign.module.css";

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

// Pages of 200 creators that "choose all" reads; more at once is not meant to be started from a page.
const mostPages = 5;

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
  const queries = useQueryClient();
  const session = useSession();
  const { data: { data: campaign } } = useSuspenseQuery(campaignQuery(id));
  const filter = { q, country, tag };
  const list = useQuery(creatorsQuery({ ...filter, cursor }));
  const [chosen, setChosen] = useState<Record<string, true>>({});
  const [owner, setOwner] = useState(session?.user_id);
  const [gathering, setGathering] = useState(false);
  const ids = Object.keys(chosen).filter((creator) => chosen[creator]);
  const set = (change: url.Read<typeof filters>) => void navigate({ search: (search) => ({ ...search, cursor: undefined, ...change }) });

  const start = useAct({
    run: (what: { creator_ids: string[]; owner_id: string | undefined }, key) =>
      body(api.POST("/v1/campaigns/{id}/partnerships", { params: { path: { id }, header: { "Idempotency-Key": key } }, body: what })),
    then: () => setChosen({}),
    touches: ["campaign", "partnership"],
  });

  const chooseAll = async () => {
    setGathering(true);
    try {
      const found: Record<string, true> = {};
      let next: string | undefined;
      for (let pages = 0; pages < mostPages; pages++) {
        const page = await queries.query(creatorsQuery({ ...filter, limit: 200, cursor: next }));
        for (const creator of page.items) found[creator.id] = true;
        next = page.next_cursor;
        if (!next) break;
      }
      setChosen((before) => ({ ...before, ...found }));
    } finally {
      setGathering(false);
    }
  };

  return (
    <Page title="Start partnerships" up={{ to: `/campaigns/${id}`, label: campaign.name }} under="Choose one creator or hundreds. Each gets the first mail of the sequence in their own working hours.">
      {start.data && <Started result={start.data} campaignId={id} />}
      <Filters>
        <SearchInput label="Search creators" value={q} onChange={(value) => set({ q: value })} />
        <TextInput aria-label="Country" placeholder="Country, like DE" w={140} value={country ?? ""} onChange={(event) => set({ country: event.currentTarget.value.toUpperCase() || undefined })} />
        <TextInput aria-label="Tag" placeholder="Tag" w={140} value={tag ?? ""} onChange={(event) => set({ tag: event.currentTarget.value || undefined })} />
      </Filters>
      <DataTable
        label="Creators to choose from"
        columns={cols}
        rows={list.data?.items}
        rowId={(row) => row.id}
        error={list.error}
        retry={() => void list.refetch()}
        chosen={{ value: chosen, onChange: setChosen, nameOf: ({ name }) => name }}
        empty={
          (q ?? country ?? tag) ? (
            <EmptyState icon={IconSearchOff} title="No creator matches" action={<Button variant="default" onClick={() => set({ q: undefined, country: undefined, tag: undefined })}>Clear the filters</Button>} />
          ) : (
            <EmptyState icon={IconAddressBook} title="There are no creators yet" action={<Link to="/creators/import">Import creators</Link>}>Bring your list as a CSV file first.</EmptyState>
          )
        }
      />
      <Pager shown={list.data?.items.length ?? 0} cursor={cursor} nextCursor={list.data?.next_cursor} go={(next) => set({ cursor: next })}>
        <Button variant="default" size="xs" loading={gathering} onClick={() => void chooseAll()}>
          Choose all that match
        </Button>
      </Pager>
      <ProblemNotice problem={start.error} />
      <div className={classes.bar}>
        <Group gap="md">
          <strong role="status">{ids.length} chosen</strong>
          {ids.length > 0 && <Button variant="subtle" color="gray" size="xs" onClick={() => setChosen({})}>Choose none</Button>}
        </Group>
        <Group align="center">
          <Group gap="xs">
            <span className="soft">Owner</span>
            <PersonSelect label="Owner" compact value={owner} onChange={setOwner} />
          </Group>
          <Button disabled={ids.length === 0} loading={start.isPending} onClick={() => start.mutate({ creator_ids: ids, owner_id: owner })}>
            Start {ids.length === 1 ? "1 partnership" : `${ids.length} partnerships`}
          </Button>
        </Group>
      </div>
    </Page>
  );
}

function Started({ result, campaignId }: { result: StartResult; campaignId: string }) {
  const counts = new Map<string, number>();
  for (const { verdict } of result.items) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const others = result.items.filter(({ verdict }) => verdict !== "started");
  return (
    <Notice tone={others.length > 0 ? "attention" : "progress"} role="status" title={`${result.started} ${result.started === 1 ? "partnership" : "partnerships"} started`}>
      {result.started > 0 && <Link to="/campaigns/$id" params={{ id: campaignId }}>See how they go on</Link>}
      {others.length > 0 && (
        <>
          <div>{others.length} were not; nothing was sent to them:</div>
          <ul style={{ margin: "4px 0 0" }}>
            {[...counts].filter(([verdict]) => verdict !== "started").map(([verdict, count]) => (
              <li key={verdict}>
                {looks.verdict[verdict as keyof typeof looks.verdict].word}: {count}
                {verdict === "no_address" && ". Add an address on the creator’s page first."}
              </li>
            ))}
          </ul>
        </>
      )}
    </Notice>
  );
}
