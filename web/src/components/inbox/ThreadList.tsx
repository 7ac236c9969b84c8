import { Link } from "@tanstack/react-router";
import { IconInbox, IconSearchOff } from "@tabler/icons-react";

import type { Thread } from "../../api/schema";
import { useSession } from "../../lib/session";
import { CreatorMark } from "../CreatorName";
import { LoadingLines } from "../Loading";
import { EmptyState, LoadFailed } from "../Notice";
import { RelativeTime } from "../RelativeTime";
import { AnswerChip, AssigneeChip, PrivateChip, StateChip, SuggestionChip } from "./chips";
import classes from "./ThreadList.module.css";
import { boxes, openSuggestion, subjectOf, type Box } from "./words";

interface Props {
  box: Exclude<Box, "unmatched">;
  q: string | undefined;
  rows: Thread[] | undefined;
  error: unknown;
  retry: () => void;
  /** The rows of another box or other words are still shown. */
  stale: boolean;
  open: string | undefined;
  /** Choosing one replaces the address instead of adding to the way back. */
  replace: boolean;
}

/** The element of a thread's row, which keys give the focus to. */
export const rowId = (thread: string) => `thread-${thread}`;

/** The threads of a box, what was written last first. */
export function ThreadList({ box, q, rows, error, retry, stale, open, replace }: Props) {
  if (error && !rows) return <LoadFailed error={error} retry={retry} />;
  if (!rows) return <div className={classes.loading}><LoadingLines lines={12} /></div>;
  if (rows.length === 0) {
    return q ? (
      <EmptyState icon={IconSearchOff} title={`No thread in “${boxes[box].label}” matches`} action={box !== "all" && <Link to="/inbox" search={(before) => ({ ...before, box: "all" as const })}>Look under All</Link>}>Search for other words.</EmptyState>
    ) : (
      <EmptyState icon={IconInbox} title={boxes[box].empty.title} action={box === "all" ? <Link to="/campaigns">Start a partnership in a campaign</Link> : <Link to="/inbox" search={(before) => ({ ...before, box: "all" as const })}>See all threads</Link>}>{boxes[box].empty.says}</EmptyState>
    );
  }
  return (
    <ul className={classes.list} aria-label="Threads" aria-busy={stale}>
      {rows.map((thread) => <Row key={thread.id} thread={thread} box={box} chosen={thread.id === open} replace={replace} />)}
    </ul>
  );
}

function Row({ thread, box, chosen, replace }: { thread: Thread; box: Box; chosen: boolean; replace: boolean }) {
  const me = useSession()?.user_id;
  const suggestion = openSuggestion(thread);
  return (
    <li>
      <Link
        id={rowId(thread.id)}
        to="/inbox"
        search={(search) => ({ ...search, box, thread: thread.id, message: undefined })}
        replace={replace}
        resetScroll={false}
        className={classes.row}
        aria-current={chosen || undefined}
      >
        <CreatorMark name={thread.creator.name} />
        <span className={classes.words}>
          <span className={classes.name}>
            <span className="truncate">{thread.creator.name}</span>
            <span className={classes.when}><RelativeTime at={thread.last_at} inList /></span>
          </span>
          <span className={`${classes.subject} truncate`}>{subjectOf(thread)} <span className={classes.soft}>· {thread.campaign_name}</span></span>
          <span className={`${classes.soft} truncate`}>{thread.hidden ? "Only who takes part reads it" : thread.preview}</span>
          <span className={classes.chips}>
            {thread.waiting && <AnswerChip thread={thread} />}
            {suggestion && <SuggestionChip suggestion={suggestion} />}
            <StateChip thread={thread} />
            <AssigneeChip thread={thread} me={me} />
            {thread.privacy === "private" && <PrivateChip />}
          </span>
        </span>
      </Link>
    </li>
  );
}
