import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconArrowMerge, IconArrowsSplit, IconLock, IconLockOpen } from "@tabler/icons-react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { partnershipQuery } from "../../api/queries";
import type { Thread } from "../../api/schema";
import { CreatorMark } from "../CreatorName";
import { LoadingLines } from "../Loading";
import { LoadFailed, ProblemNotice } from "../Notice";
import { Facts } from "../Page";
import { Next, WaitingFor } from "../partnership/Waiting";
import { StatusChip } from "../StatusChip";
import classes from "./ThreadContext.module.css";

interface Props {
  thread: Thread;
  acts: boolean;
  onSplit: () => void;
  onMerge: () => void;
}

/** Who the thread is with and where the partnership stands; and what is seldom done to a thread. */
export function ThreadContext({ thread, acts, onSplit, onMerge }: Props) {
  const partnership = useQuery(partnershipQuery(thread.partnership_id));
  const { creator } = thread;
  const summary = partnership.data?.summary;
  return (
    <div className={classes.context}>
      <div className={classes.creator}>
        <CreatorMark name={creator.name} large />
        <div>
          <Link to="/creators/$id" params={{ id: creator.id }} className={classes.name}>{creator.name}</Link>
          {creator.handle && <div className="soft">{creator.handle}{creator.platform && ` · ${creator.platform}`}</div>}
        </div>
      </div>
      <Facts
        facts={[
          ["Stage", <StatusChip key="stage" noun="stage" state={thread.stage} />],
          ["Owner", thread.owner.name],
          ["Campaign", summary ? <Link key="campaign" to="/campaigns/$id" params={{ id: summary.campaign_id }}>{thread.campaign_name}</Link> : thread.campaign_name],
          ["Brand", thread.brand_name],
        ]}
      />
      <Link to="/partnerships/$id" params={{ id: thread.partnership_id }}>Open the partnership</Link>
      {partnership.error && !partnership.data ? (
        <LoadFailed error={partnership.error} retry={() => void partnership.refetch()} />
      ) : !partnership.data || !summary ? (
        <LoadingLines lines={4} />
      ) : (
        <>
          <section aria-label="Next" className={classes.part}>
            <h3>Next</h3>
            <Next next={summary.next ?? partnership.data.timers[0]} others={[]} />
          </section>
          <section aria-label="Waiting for" className={classes.part}>
            <h3>Waiting for</h3>
            <WaitingFor waiting={summary.waiting} />
          </section>
        </>
      )}
      {acts && <Rare thread={thread} onSplit={onSplit} onMerge={onMerge} />}
    </div>
  );
}

function Rare({ thread, onSplit, onMerge }: Omit<Props, "acts">) {
  const privacy = useAct({
    run: (privacy: Thread["privacy"], key) => body(api.POST("/v1/threads/{id}/privacy", { params: { path: { id: thread.id }, header: { "Idempotency-Key": key } }, body: { privacy } })),
    done: ({ privacy }) => (privacy === "private" ? "Only who takes part in this thread reads it now" : "The whole team reads this thread now"),
    touches: ["thread", "message"],
  });
  const isPrivate = thread.privacy === "private";
  return (
    <section aria-label="This thread" className={classes.part}>
      <h3>This thread</h3>
      <p className="soft">{isPrivate ? "Only who takes part reads it: its owner, who has it, and whoever wrote in it." : "The whole team reads it."}</p>
      <div className={classes.buttons}>
        <Button size="compact-sm" variant="default" leftSection={isPrivate ? <IconLockOpen size={15} aria-hidden /> : <IconLock size={15} aria-hidden />} loading={privacy.isPending} onClick={() => privacy.mutate(isPrivate ? "team" : "private")}>
          {isPrivate ? "Let the team read it" : "Make it private"}
        </Button>
        <Button size="compact-sm" variant="default" leftSection={<IconArrowMerge size={15} aria-hidden />} onClick={onMerge} aria-haspopup="dialog">Merge…</Button>
        <Button size="compact-sm" variant="default" leftSection={<IconArrowsSplit size={15} aria-hidden />} onClick={onSplit}>Split…</Button>
      </div>
      <ProblemNotice problem={privacy.error} />
    </section>
  );
}
