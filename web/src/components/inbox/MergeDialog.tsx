import { useQuery } from "@tanstack/react-query";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { threadsQuery } from "../../api/queries";
import type { Thread } from "../../api/schema";
import { dayText } from "../../lib/time";
import { ProblemNotice } from "../Notice";
import { PickDialog } from "./PickDialog";
import { subjectOf } from "./words";

/** Makes a thread part of another one of the same creator and brand. */
export function MergeDialog({ thread, onMerged, onClose }: { thread: Thread; onMerged: (into: string) => void; onClose: () => void }) {
  const others = useQuery(threadsQuery({ brand_id: thread.brand_id, creator_id: thread.creator.id, limit: 100 }));
  const merge = useAct({
    run: (into: string, key) => body(api.POST("/v1/threads/{id}/merge", { params: { path: { id: thread.id }, header: { "Idempotency-Key": key } }, body: { thread_id: into } })),
    done: ({ subject }) => `Merged. All of it is in “${subject}” now.`,
    close: onClose,
    then: ({ id }) => onMerged(id),
    touches: ["thread", "message", "partnership"],
  });
  const choices = others.data?.items
    .filter(({ id, merged_into }) => id !== thread.id && !merged_into)
    .map(({ id, subject, hidden, campaign_name, last_at }) => ({ id, label: subjectOf({ subject, hidden }), hint: `${campaign_name}, ${dayText(new Date(last_at))}` }));
  return (
    <PickDialog
      title={`Merge “${subjectOf(thread)}” into another thread`}
      label={`Search threads with ${thread.creator.name}`}
      choices={others.error ? [] : choices}
      none={others.error ? "The threads could not be loaded. Close this and try again." : `There is no other thread with ${thread.creator.name} for ${thread.brand_name}.`}
      onPick={(into) => {
        if (!merge.isPending) merge.mutate(into);
      }}
      onClose={onClose}
    >
      <p className="soft" style={{ margin: 0 }}>All messages move to the thread that you pick, by their time. This thread is then empty and no longer listed.</p>
      <ProblemNotice problem={merge.error} />
    </PickDialog>
  );
}
