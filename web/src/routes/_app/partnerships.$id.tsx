import { Button, Chip as FilterChip, Group } from "@mantine/core";
import { useInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { IconActivity, IconAlertCircle, IconHistory, IconPlayerPause } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";

import { firstPage } from "../../api/pages";
import { arrive, keyDatesQuery, partnershipEventsQuery, partnershipFilesQuery, partnershipMessagesQuery, partnershipQuery, runningSequencesQuery } from "../../api/queries";
import type { TimelineItem } from "../../api/schema";
import { CreatorMark } from "../../components/CreatorName";
import { Downloads } from "../../components/Downloads";
import { LoadingLines } from "../../components/Loading";
import { EmptyState, LoadFailed } from "../../components/Notice";
import { Page, Section } from "../../components/Page";
import { Commands } from "../../components/partnership/Commands";
import { Deal } from "../../components/partnership/Deal";
import { StagePath } from "../../components/partnership/StagePath";
import { Next, WaitingFor } from "../../components/partnership/Waiting";
import { Chip, StatusChip } from "../../components/StatusChip";
import { TaskList } from "../../components/TaskList";
import { Timeline, timelineKinds } from "../../components/Timeline";
import * as url from "../../lib/search";
import { books, hasRole, useSession } from "../../lib/session";
import classes from "./partnership.module.css";

const composer = () => import("../../components/partnership/Composer");
const Composer = lazy(async () => ({ default: (await composer()).Composer }));
const sequences = () => import("../../components/partnership/Sequences");
const Sequences = lazy(sequences);
const WorkflowDrawer = lazy(() => import("../../components/partnership/WorkflowDrawer"));

const kinds = Object.keys(timelineKinds) as [TimelineItem["kind"], ...TimelineItem["kind"][]];

const filters = url.search({ show: url.someOf(kinds) });

export const Route = createFileRoute("/_app/partnerships/$id")({
  validateSearch: filters,
  loader: ({ context: { queryClient: queries }, location, params: { id } }) => {
    const { show = [] } = location.search as url.Read<typeof filters>;
    return arrive(
      queries.query(partnershipQuery(id)),
      queries.query(runningSequencesQuery(id)).then(async ({ items }) => {
        if (items.some(({ message_id }) => message_id)) await Promise.all([queries.query(partnershipMessagesQuery(id)), import("../../components/partnership/WaitingMail")]);
      }),
      queries.query(keyDatesQuery({ partnership_id: id, limit: 50 })),
      queries.infiniteQuery(partnershipEventsQuery(id, show)),
      firstPage(queries, partnershipFilesQuery(id)),
      import("../../components/partnership/Files"),
      sequences(),
      composer(),
    );
  },
  component: PartnershipPage,
});

function PartnershipPage() {
  const { id } = Route.useParams();
  const session = useSession();
  const { data: partnership } = useSuspenseQuery(partnershipQuery(id));
  const [workflow, setWorkflow] = useState(false);
  const { summary, timers, tasks } = partnership;
  const next = summary.next ?? timers[0];
  const openTasks = tasks.filter(({ state }) => state === "open" || state === "snoozed");
  const works = hasRole(session, ["ops", "admin", "approver", "legal"], summary.brand_id);
  const operates = hasRole(session, ["ops", "admin", "auditor"], summary.brand_id);

  return (
    <Page
      title={summary.creator.name}
      up={{ to: "/partnerships", label: "Partnerships" }}
      under={
        <span className={classes.under}>
          <Link to="/creators/$id" params={{ id: summary.creator.id }}>{summary.creator.handle ?? "Profile"}</Link>
          <span>
            <Link to="/campaigns/$id" params={{ id: summary.campaign_id }}>{summary.campaign_name}</Link> of {summary.brand_name}
          </span>
          <span>Owner {summary.owner.name}</span>
          <StatusChip noun="stage" state={summary.stage} />
          {summary.paused && <Chip tone="held" icon={<IconPlayerPause size={13} aria-hidden />}>Paused</Chip>}
          {summary.attention && <Chip tone="attention" icon={<IconAlertCircle size={13} aria-hidden />}>Needs someone</Chip>}
        </span>
      }
      actions={
        <Group gap="sm">
          {hasRole(session, books, summary.brand_id) && <Downloads path={`/v1/partnerships/${summary.id}/audit-pack`} query={{}} as={["pdf", "json"]} label="Audit pack" small />}
          {operates && (
            <Button variant="default" size="xs" leftSection={<IconActivity size={15} aria-hidden />} onClick={() => setWorkflow(true)}>
              Live workflow
            </Button>
          )}
          <CreatorMark name={summary.creator.name} large />
        </Group>
      }
    >
      <StagePath path={partnership.path} />
      <div className={classes.columns}>
        <div className={classes.left}>
          <Section title="Next">
            <Next next={next} others={timers.filter((timer) => timer.kind !== next?.kind || timer.at !== next.at)} />
          </Section>
          <Section title="Waiting for">
            <WaitingFor waiting={summary.waiting} />
          </Section>
          {works && (
            <Section title="What you can do">
              <Commands partnership={partnership} />
            </Section>
          )}
        </div>
        <div className={classes.centre}>
          {openTasks.length > 0 && (
            <Section title="Open tasks" flush>
              <TaskList tasks={openTasks} />
            </Section>
          )}
          <Suspense fallback={<Section title="Sequences"><LoadingLines lines={2} /></Section>}>
            <Sequences partnershipId={id} brandId={summary.brand_id} />
          </Suspense>
          {hasRole(session, ["ops"], summary.brand_id) && (
            <Section title="Write">
              <div className={classes.write}>
                <Suspense fallback={<LoadingLines lines={3} />}><Composer key={id} partnershipId={id} brandId={summary.brand_id} canMail={partnership.contacts.length > 0} refused="No mail can be sent: no address of the creator is known." /></Suspense>
              </div>
            </Section>
          )}
        </div>
        <div className={classes.right}>
          <Deal partnership={partnership} />
        </div>
        <div className={classes.history}>
          <History id={id} />
        </div>
      </div>
      <Suspense>{workflow && <WorkflowDrawer partnershipId={id} onClose={() => setWorkflow(false)} />}</Suspense>
    </Page>
  );
}

function History({ id }: { id: string }) {
  const { show = [] } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const events = useInfiniteQuery(partnershipEventsQuery(id, show));
  const items = events.data?.pages.flatMap((page) => page.items);

  return (
    <Section title="History">
      <FilterChip.Group multiple value={show} onChange={(value) => void navigate({ search: (search) => ({ ...search, show: value.length > 0 ? (value) : undefined }), replace: true, resetScroll: false })}>
        <Group gap={6} role="group" aria-label="Show only">
          {kinds.map((kind) => (
            <FilterChip key={kind} value={kind} size="xs" variant="outline">
              {timelineKinds[kind].word}
            </FilterChip>
          ))}
        </Group>
      </FilterChip.Group>
      <div className={classes.timeline}>
        {events.error && !items ? (
          <LoadFailed error={events.error} retry={() => void events.refetch()} />
        ) : !items ? (
          <LoadingLines />
        ) : items.length === 0 ? (
          <EmptyState icon={IconHistory} title={show.length > 0 ? "Nothing of these kinds happened" : "Nothing happened yet"}>
            {show.length > 0 ? "Choose other kinds above." : "Mails, decisions, money and every step of the workflow are listed here as they happen."}
          </EmptyState>
        ) : (
          <Timeline items={items} />
        )}
        {events.hasNextPage && (
          <Button variant="default" size="xs" fullWidth mt="sm" loading={events.isFetchingNextPage} onClick={() => void events.fetchNextPage()}>
            Show earlier
          </Button>
        )}
      </div>
    </Section>
  );
}
