import { Button, Group } from "@mantine/core";
import { lazy, Suspense, useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { Deliverable } from "../../api/schema";
import { hasRole, useSession } from "../../lib/session";
import { exactText } from "../../lib/time";
import { RelativeTime } from "../RelativeTime";
import classes from "./Deal.module.css";

const ScheduleDialog = lazy(() => import("./ScheduleDialog"));

/** When approved content will be published, by when at the latest, and where that is said. */
export function ScheduleLine({ deliverable, creator, brandId }: { deliverable: Deliverable; creator: string; brandId: string }) {
  const session = useSession();
  const [asked, setAsked] = useState(false);
  const { publish_at: at, publish_by: by } = deliverable;
  const back = useAct({
    run: (_: object, key) => body(api.POST("/v1/deliverables/{id}/unschedule", { params: { path: { id: deliverable.id }, header: { "Idempotency-Key": key } }, body: {} })),
    done: "The planned time is taken back",
    touches: ["partnership", "calendar"],
    announce: true,
  });
  if (deliverable.state !== "approved_to_post" && deliverable.state !== "scheduled") return null;
  return (
    <div className={classes.small}>
      <div>{at ? <>Planned for {exactText(new Date(at))}</> : "No time is planned yet"}</div>
      {by && <div>Publish by <RelativeTime at={by} /></div>}
      {hasRole(session, ["ops", "admin"], brandId) && (
        <Group gap="xs" mt={4}>
          {!deliverable.late && <Button size="compact-sm" variant="default" onClick={() => setAsked(true)}>{at ? "Plan another time" : "Plan the publication"}</Button>}
          {at && <Button size="compact-sm" variant="default" loading={back.isPending} onClick={() => back.mutate({})}>Take the plan back</Button>}
        </Group>
      )}
      <Suspense>{asked && <ScheduleDialog deliverable={deliverable} creator={creator} onClose={() => setAsked(false)} />}</Suspense>
    </div>
  );
}
