import { Group } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { IconMessageCircle } from "@tabler/icons-react";
import { lazy, Suspense, useEffect, useRef, useState } from "react";

import { threadQuery, threadsQuery, unmatchedMailQuery } from "../../api/queries";
import { hasRole, houseRoles, useSession } from "../../lib/session";
import { useShortcuts } from "../../lib/shortcuts";
import { useTitle } from "../../lib/title";
import { Pager } from "../DataTable";
import { Downloads } from "../Downloads";
import { SearchInput } from "../Filters";
import { LoadingLines } from "../Loading";
import { EmptyState, LoadFailed } from "../Notice";
import { Conversation } from "./Conversation";
import classes from "./Inbox.module.css";
import { boxNames, type InboxSearch } from "./search";
import { ThreadContext } from "./ThreadContext";
import { rowId, ThreadList } from "./ThreadList";
import { boxes, type Box } from "./words";

// What few look at comes when it is first asked for.
const UnmatchedMail = lazy(async () => ({ default: (await import("../UnmatchedMail")).UnmatchedMail }));
const MergeDialog = lazy(async () => ({ default: (await import("./MergeDialog")).MergeDialog }));

interface Props {
  search: InboxSearch;
  /** Changes the address; what is not named stays. */
  go: (change: Partial<InboxSearch>, replace?: boolean) => void;
}

/** The inbox: threads, the open one, and what it is about; fewer panes where there is less room. */
export function Inbox({ search: { brand, box = "waiting", q, thread: open, message, cursor, partnership }, go }: Props) {
  useTitle("Inbox");
  const session = useSession();
  const navigate = useNavigate();
  const files = hasRole(session, ["ops", "admin"]);
  const three = useMediaQuery("(min-width: 75em)", true, { getInitialValueInEffect: false });
  const two = useMediaQuery("(min-width: 62em)", true, { getInitialValueInEffect: false });
  const unmatched = useQuery({ ...unmatchedMailQuery(), enabled: files });
  const filing = box === "unmatched";
  const held = filing ? {} : boxes[box].filter;
  const filter = { brand_id: brand, q, cursor, limit: 30, ...held };
  const list = useQuery({ ...threadsQuery(filter), enabled: !filing });
  const rows = list.data?.items;
  const one = useQuery({ ...threadQuery(open ?? ""), enabled: open !== undefined && !filing, placeholderData: () => rows?.find(({ id }) => id === open) });
  const thread = open === undefined ? undefined : one.data;
  const acts = thread !== undefined && !thread.hidden && hasRole(session, ["ops", "admin"], thread.brand_id);
  const [split, setSplit] = useState<{ thread: string; messages: string[] }>();
  const chosen = split?.thread === open ? split?.messages : undefined;
  const [merging, setMerging] = useState<string>();
  const choose = (messages: string[] | undefined) => setSplit(open && messages ? { thread: open, messages } : undefined);

  // Where there is room the first thread is opened once a list has come, and stays open when others move up.
  const shown = JSON.stringify(filter);
  const opened = useRef<string | undefined>(undefined);
  const asked = partnership === undefined ? undefined : rows?.find(({ partnership_id }) => partnership_id === partnership)?.id;
  const first = list.isPlaceholderData ? undefined : asked ?? rows?.[0]?.id;
  useEffect(() => {
    if (filing || first === undefined || opened.current === shown) return;
    opened.current = shown;
    if ((two || asked) && open === undefined) go({ thread: first, partnership: undefined }, true);
  }, [filing, first, asked, shown, two, open, go]);

  const at = rows?.findIndex(({ id }) => id === open) ?? -1;
  const focus = (id: string) => requestAnimationFrame(() => document.getElementById(rowId(id))?.focus());
  const openOne = (id: string) => go({ thread: id, message: undefined }, true);
  const move = (step: 1 | -1) => {
    const next = rows?.[at + step];
    if (!next) return;
    openOne(next.id);
    focus(next.id);
  };
  // What is done or put off leaves most boxes; the next one is opened in its place.
  const leave = () => {
    if (filing || !rows || at < 0 || !("state" in boxes[box].filter)) return;
    const next = rows[at + 1] ?? rows[at - 1];
    go({ thread: two ? next?.id : undefined, message: undefined }, true);
  };
  useShortcuts("Inbox", filing ? [] : [
    { keys: "j", label: "Next thread", run: () => move(1) },
    { keys: "k", label: "Previous thread", run: () => move(-1) },
    { keys: "o", label: "Open the partnership", run: () => thread && void navigate({ to: "/partnerships/$id", params: { id: thread.partnership_id } }) },
    {
      keys: "Escape",
      label: "Back to the threads",
      run: () => {
        if (chosen) choose(undefined);
        else if (open) {
          go({ thread: undefined, message: undefined }, true);
          focus(open);
        }
      },
    },
  ]);

  const withList = two || open === undefined || filing;
  const bare = open === undefined && (list.error ? !rows : rows?.length === 0);
  const withThread = !filing && !bare && (two || open !== undefined);
  const count = unmatched.data?.items.length ?? 0;
  const word = (name: Box) => (name !== "unmatched" ? boxes[name].label : count > 0 ? `Unmatched (${count}${unmatched.data?.next_cursor ? "+" : ""})` : "Unmatched");

  return (
    <div className={`${classes.inbox} ${filing ? classes.flowing : ""}`}>
      {withList && (
        <div className={classes.top}>
          <h1>Inbox</h1>
          <nav aria-label="Boxes" className={classes.boxes}>
            {boxNames.filter((name) => files || name !== "unmatched").map((name) => (
              <Link
                key={name}
                to="/inbox"
                search={(before) => ({ ...before, box: name, thread: undefined, message: undefined, cursor: undefined, partnership: undefined })}
                className={classes.box}
                aria-current={name === box ? "page" : undefined}
                activeProps={{}}
              >
                {word(name)}
              </Link>
            ))}
          </nav>
          {!filing && (
            <div className={classes.search} role="search">
              <Group gap="xs" wrap="nowrap">
                <SearchInput label="Search threads" value={q} onChange={(value) => go({ q: value, cursor: undefined })} />
                {hasRole(session, houseRoles, brand) && <Downloads small path="/v1/threads/export" query={{ brand_id: brand, q, ...held, waiting: held.waiting ? "true" : undefined }} as={["csv"]} />}
              </Group>
            </div>
          )}
        </div>
      )}
      {filing ? (
        <div className={classes.unmatched}>
          <Suspense fallback={<LoadingLines />}>
            <UnmatchedMail cursor={cursor} go={(next) => go({ cursor: next })} />
          </Suspense>
        </div>
      ) : (
        <div className={`${classes.panes} ${bare ? classes.bare : ""}`}>
          {withList && (
            <div className={classes.list}>
              <ThreadList box={box} q={q} rows={rows} error={list.error} retry={() => void list.refetch()} stale={list.isPlaceholderData} open={open} replace={two} />
              <div className={classes.pager}>
                <Pager shown={rows?.length ?? 0} cursor={cursor} nextCursor={list.data?.next_cursor} go={(next) => go({ cursor: next, thread: undefined, message: undefined })} />
              </div>
            </div>
          )}
          {withThread && (
            <div className={classes.thread}>
              {open === undefined ? (
                rows && rows.length > 0 && <EmptyState icon={IconMessageCircle} title="No thread is open">Press j for the first one, or choose one on the left. ? lists all keys.</EmptyState>
              ) : one.error && !thread ? (
                <>
                  {!two && <Link className={classes.back} to="/inbox" search={(before) => ({ ...before, thread: undefined, message: undefined })}>Back to the threads</Link>}
                  <LoadFailed error={one.error} retry={() => void one.refetch()} page={!two} />
                </>
              ) : !thread ? (
                <div className={classes.loading}><LoadingLines lines={10} /></div>
              ) : (
                <Conversation
                  key={thread.id}
                  thread={thread}
                  message={message}
                  alone={!two}
                  withContext={three}
                  chosen={chosen}
                  onChoose={choose}
                  onMerge={() => setMerging(open)}
                  onOpen={openOne}
                  onLeft={leave}
                />
              )}
            </div>
          )}
          {withThread && three && (
            <aside className={classes.context} aria-label="About this thread" tabIndex={0}>
              {thread && <ThreadContext key={thread.id} thread={thread} acts={acts} onSplit={() => choose([])} onMerge={() => setMerging(open)} />}
            </aside>
          )}
        </div>
      )}
      <Suspense>{thread && merging === thread.id && <MergeDialog thread={thread} onMerged={openOne} onClose={() => setMerging(undefined)} />}</Suspense>
    </div>
  );
}
