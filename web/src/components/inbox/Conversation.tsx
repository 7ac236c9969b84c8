import { ActionIcon, Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconArrowLeft, IconBulb, IconInfoCircle } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";

import { partnershipQuery } from "../../api/queries";
import type { Thread } from "../../api/schema";
import { hasRole, useSession } from "../../lib/session";
import { Notice } from "../Notice";
import { Composer } from "../partnership/Composer";
import { AnswerChip, PrivateChip, StateChip, SuggestionChip } from "./chips";
import classes from "./Conversation.module.css";
import { Messages } from "./Messages";
import { SplitBar } from "./SplitBar";
import { ThreadActions } from "./ThreadActions";
import { openSuggestion, subjectOf, suggestionLook } from "./words";

const ContextDrawer = lazy(() => import("./ContextDrawer"));

interface Props {
  thread: Thread;
  message: string | undefined;
  /** Panes beside it: none on a phone, where it has a way back and the page's title; context only where there is room. */
  alone: boolean;
  withContext: boolean;
  /** While messages are chosen to be moved. */
  chosen: string[] | undefined;
  onChoose: (chosen: string[] | undefined) => void;
  onMerge: () => void;
  onOpen: (thread: string) => void;
  onLeft: () => void;
}

/** One thread: what was said, and the field to answer in. */
export function Conversation({ thread, message, alone, withContext, chosen, onChoose, onMerge, onOpen, onLeft }: Props) {
  const session = useSession();
  const [details, setDetails] = useState(false);
  const partnership = useQuery(partnershipQuery(thread.partnership_id));
  // Who cannot read a thread does not act on it either.
  const acts = !thread.hidden && hasRole(session, ["ops", "admin"], thread.brand_id);
  const writes = !thread.hidden && hasRole(session, ["ops"], thread.brand_id);
  const Title = alone ? "h1" : "h2";
  return (
    <section className={classes.conversation} aria-label={`Thread with ${thread.creator.name}`}>
      <header className={classes.head}>
        <div className={classes.title}>
          {alone && (
            <ActionIcon aria-label="Back to the threads" size="lg" renderRoot={(props) => <Link {...props} to="/inbox" search={(search) => ({ ...search, thread: undefined, message: undefined })} resetScroll={false} />}>
              <IconArrowLeft size={20} aria-hidden />
            </ActionIcon>
          )}
          <div className={classes.names}>
            <Title className={classes.subject}>{subjectOf(thread)}</Title>
            <div className="soft">
              <Link to="/creators/$id" params={{ id: thread.creator.id }}>{thread.creator.name}</Link>, {thread.campaign_name} of {thread.brand_name}
            </div>
          </div>
          {!withContext && <Button size="compact-sm" variant="default" leftSection={<IconInfoCircle size={15} aria-hidden />} onClick={() => setDetails(true)} aria-haspopup="dialog">Details</Button>}
        </div>
        <div className={classes.state}>
          {acts && <ThreadActions thread={thread} onLeft={onLeft} />}
          {thread.waiting && <AnswerChip thread={thread} />}
          <StateChip thread={thread} />
          {thread.privacy === "private" && <PrivateChip />}
        </div>
        {thread.merged_into && (
          <Notice tone="progress" title="This thread is part of another one now">
            <Link to="/inbox" search={(search) => ({ ...search, thread: thread.merged_into, message })} replace>Open that one</Link>
          </Notice>
        )}
      </header>
      <Messages thread={thread} message={message} chosen={chosen} onChoose={onChoose} />
      <footer className={classes.foot}>
        {chosen ? (
          <SplitBar thread={thread} chosen={chosen} onSplit={onOpen} onClose={() => onChoose(undefined)} />
        ) : writes && !thread.merged_into ? (
          <>
            <Hint thread={thread} />
            <Composer
              partnershipId={thread.partnership_id}
              brandId={thread.brand_id}
              threadId={thread.id}
              canMail={(partnership.data?.contacts.length ?? 1) > 0}
              refused="No mail can be sent: no address of the creator is known."
              onSent={({ thread_id }) => {
                if (thread_id && thread_id !== thread.id) onOpen(thread_id);
              }}
            />
          </>
        ) : (
          <p className={`soft ${classes.readOnly}`}>
            {thread.hidden ? "This thread is private. Who takes part in it can let you in by giving it to you." : thread.merged_into ? "What is written now belongs to the other thread." : "You can read this. Writing to creators takes the role Operations."}
          </p>
        )}
      </footer>
      <Suspense>
        {details && <ContextDrawer thread={thread} acts={acts} onClose={() => setDetails(false)} onSplit={() => onChoose([])} onMerge={onMerge} />}
      </Suspense>
    </section>
  );
}

/** What the last reply seems to say, and by which words. It does nothing by itself. */
function Hint({ thread }: { thread: Thread }) {
  const suggestion = openSuggestion(thread);
  if (!suggestion || !suggestionLook(suggestion)) return null;
  return (
    <div className={classes.hint}>
      <IconBulb size={16} aria-hidden />
      <SuggestionChip suggestion={suggestion} />
      <span>
        {suggestion.why && <>by “{suggestion.why}”. </>}
        <span className="soft">A hint; you decide.</span>
      </span>
    </div>
  );
}
