import { SegmentedControl } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { IconInbox, IconMailOpened, IconMessages } from "@tabler/icons-react";

import { partnershipMessagesQuery, partnershipQuery, partnershipsQuery, unmatchedMailQuery } from "../../api/queries";
import type { Message, PartnershipSummary, Stage } from "../../api/schema";
import { CreatorMark } from "../../components/CreatorName";
import { Pager } from "../../components/DataTable";
import { Filters, SearchInput } from "../../components/Filters";
import { LoadingLines } from "../../components/Loading";
import { MessageBody } from "../../components/MessageBody";
import { EmptyState, LoadFailed } from "../../components/Notice";
import { Page } from "../../components/Page";
import { Composer } from "../../components/partnership/Composer";
import { RelativeTime } from "../../components/RelativeTime";
import { StatusChip } from "../../components/StatusChip";
import { UnmatchedMail } from "../../components/UnmatchedMail";
import * as url from "../../lib/search";
import { hasRole, useSession } from "../../lib/session";
import { useShortcuts } from "../../lib/shortcuts";
import classes from "./inbox.module.css";

// Where words go to and fro: a person of the house reads and answers.
const talking: Stage[] = ["in_conversation", "negotiating"];

const filters = url.search({
  box: url.oneOf(["talking", "attention", "all", "unmatched"]),
  q: url.words,
  open: url.id,
  cursor: url.cursor,
});

export const Route = createFileRoute("/_app/inbox")({ validateSearch: filters, component: Inbox });

function Inbox() {
  const { brand, box = "talking", q, open, cursor } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const files = hasRole(useSession(), ["ops", "admin"]);
  const unmatched = useQuery({ ...unmatchedMailQuery(), enabled: files });
  const waiting = unmatched.data?.items.length ?? 0;
  const wide = useMediaQuery("(min-width: 62em)", true, { getInitialValueInEffect: false });
  const list = useQuery({
    ...partnershipsQuery({
      brand_id: brand, q, cursor, limit: 30,
      stage: box === "talking" ? talking : undefined,
      attention: box === "attention" ? true : undefined,
    }),
    enabled: box !== "unmatched",
  });
  const rows = list.data?.items ?? [];
  const chosen = rows.find(({ id }) => id === open) ?? (wide ? rows[0] : undefined);
  const set = (change: url.Read<typeof filters>) => void navigate({ search: (search) => ({ ...search, cursor: undefined, ...change }) });
  const move = (step: 1 | -1) => {
    const next = rows[rows.findIndex(({ id }) => id === chosen?.id) + step];
    if (next) void navigate({ search: (search) => ({ ...search, open: next.id }), replace: true, resetScroll: false });
  };
  useShortcuts("Inbox", [
    { keys: "j", label: "Next conversation", run: () => move(1) },
    { keys: "k", label: "Previous conversation", run: () => move(-1) },
    { keys: "o", label: "Open the partnership", run: () => chosen && void navigate({ to: "/partnerships/$id", params: { id: chosen.id } }) },
  ]);

  return (
    <Page title="Inbox" under="Conversations with creators, newest first. Replies come here by themselves.">
      <Filters>
        {box !== "unmatched" && <SearchInput label="Search conversations" value={q} onChange={(value) => set({ q: value })} />}
        <SegmentedControl
          aria-label="Which conversations"
          value={box}
          onChange={(value) => set({ box: value, open: undefined })}
          data={[
            { value: "talking", label: "Talking" }, { value: "attention", label: "Need someone" }, { value: "all", label: "All" },
            ...(files ? [{ value: "unmatched" as const, label: waiting > 0 ? `Unmatched (${waiting}${unmatched.data?.next_cursor ? "+" : ""})` : "Unmatched" }] : []),
          ]}
        />
      </Filters>
      {box === "unmatched" ? (
        <UnmatchedMail cursor={cursor} go={(next) => set({ cursor: next })} />
      ) : list.error && !list.data ? (
        <LoadFailed error={list.error} retry={() => void list.refetch()} />
      ) : list.data && rows.length === 0 ? (
        <EmptyState icon={IconInbox} title={q || box === "attention" ? "No conversation matches" : "No creator is talking with you"}>
          {q || box === "attention" ? "Choose other conversations above." : "When a creator answers a mail, the outreach stops and the conversation appears here."}
        </EmptyState>
      ) : (
        <div className={classes.columns}>
          <div>
            <ul className={classes.list} aria-label="Conversations">
              {!list.data && <li className={classes.loading}><LoadingLines /></li>}
              {rows.map((row) => (
                <Row key={row.id} row={row} chosen={row.id === chosen?.id} inPlace={wide} />
              ))}
            </ul>
            <Pager shown={rows.length} cursor={cursor} nextCursor={list.data?.next_cursor} go={(next) => set({ cursor: next })} />
          </div>
          {wide && chosen && <Conversation key={chosen.id} summary={chosen} />}
        </div>
      )}
    </Page>
  );
}

function Row({ row, chosen, inPlace }: { row: PartnershipSummary; chosen: boolean; inPlace: boolean }) {
  const inside = (
    <>
      <CreatorMark name={row.creator.name} />
      <span className={classes.words}>
        <span className={classes.name}>
          <span className="truncate">{row.creator.name}</span>
          <span className={classes.when}><RelativeTime at={row.updated_at} inList /></span>
        </span>
        <span className={`${classes.what} truncate`}>{row.waiting[0] ? `${row.waiting[0].who}: ${row.waiting[0].decision}` : row.campaign_name}</span>
        <StatusChip noun="stage" state={row.stage} />
      </span>
    </>
  );
  return (
    <li>
      {inPlace ? (
        <Link to="/inbox" search={(search) => ({ ...search, open: row.id })} replace resetScroll={false} className={classes.row} aria-current={chosen || undefined}>{inside}</Link>
      ) : (
        <Link to="/partnerships/$id" params={{ id: row.id }} search={{ show: ["message"] }} className={classes.row}>{inside}</Link>
      )}
    </li>
  );
}

const directions: Record<Message["direction"], string> = { in: "wrote", out: "to the creator", internal: "note" };

function Conversation({ summary }: { summary: PartnershipSummary }) {
  const partnership = useQuery(partnershipQuery(summary.id));
  const messages = useQuery(partnershipMessagesQuery(summary.id));
  const works = hasRole(useSession(), ["ops"], summary.brand_id);
  return (
    <section className={classes.conversation} aria-label={`Conversation with ${summary.creator.name}`}>
      <header className={classes.head}>
        <h2>{summary.creator.name}</h2>
        <Link to="/partnerships/$id" params={{ id: summary.id }}>Open the partnership</Link>
        <span className="soft">{summary.campaign_name} of {summary.brand_name}</span>
      </header>
      {works && (
        <div className={classes.write}>
          <Composer partnershipId={summary.id} canMail={(partnership.data?.contacts.length ?? 1) > 0} refused="No mail can be sent: no address of the creator is known." />
        </div>
      )}
      {messages.error && !messages.data ? (
        <LoadFailed error={messages.error} retry={() => void messages.refetch()} />
      ) : !messages.data ? (
        <LoadingLines />
      ) : messages.data.items.length === 0 ? (
        <EmptyState icon={IconMessages} title="Nothing was said yet">The first mail of the sequence goes out in the creator’s working hours.</EmptyState>
      ) : (
        <ol className={classes.messages}>
          {messages.data.items.map((message) => (
            <li key={message.id} className={message.direction === "in" ? classes.in : undefined}>
              <div className={classes.by}>
                {message.direction === "in" && <IconMailOpened size={14} aria-hidden />}
                <strong>{message.author}</strong> <span className="soft">{directions[message.direction]}, {message.channel}</span>
                <span className={classes.when}><RelativeTime at={message.at} /></span>
              </div>
              <MessageBody message={message} />
              {message.direction === "out" && <StatusChip noun="message" state={message.state} />}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
