import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body, isPending } from "../../api/client";
import type { PortalDeliverable, PortalPostSchedule } from "../../api/schema";
import { localInput } from "../../lib/time";
import { Notice, ProblemNotice } from "../Notice";
import { firstTime } from "../partnership/plan";
import { useShowHome } from "./useHome";
import { When } from "./When";
import { useSay } from "./words/Words";

/** When the creator publishes: what they have said, and where they say it, say another time, or take it back. */
export function ScheduleCard({ deliverable }: { deliverable: PortalDeliverable }) {
  const say = useSay();
  const { publish_at: at } = deliverable;
  return (
    <>
      {at && <Planned deliverable={deliverable} at={at} />}
      {deliverable.can_schedule && (
        <details>
          <summary>{say(at ? "plan.another" : "plan.ask")}</summary>
          <Plan key={at ?? ""} deliverable={deliverable} />
        </details>
      )}
    </>
  );
}

function Planned({ deliverable, at }: { deliverable: PortalDeliverable; at: string }) {
  const say = useSay();
  const show = useShowHome();
  const back = useAct({
    run: (_: object, key) => body(api.POST("/v1/portal/deliverables/{id}/unschedule", { params: { path: { id: deliverable.id }, header: { "Idempotency-Key": key } }, body: {} })),
    then: show,
    done: say("plan.takenBack"),
    touches: ["portal"],
  });
  return (
    <Notice tone="progress" title={say("plan.planned")}>
      <Stack gap="sm" mt={4}>
        <div><When at={at} /></div>
        <ProblemNotice problem={back.error} />
        <Group><Button size="md" variant="default" loading={back.isPending} onClick={() => back.mutate({})}>{say("plan.back")}</Button></Group>
      </Stack>
    </Notice>
  );
}

function Plan({ deliverable }: { deliverable: PortalDeliverable }) {
  const say = useSay();
  const show = useShowHome();
  const [at, setAt] = useState(() => localInput(firstTime(deliverable)));
  const plan = useAct({
    run: (what: PortalPostSchedule, key) => body(api.POST("/v1/portal/deliverables/{id}/schedule", { params: { path: { id: deliverable.id }, header: { "Idempotency-Key": key } }, body: what })),
    then: show,
    done: say("plan.arrived"),
    touches: ["portal"],
  });
  if (isPending(plan.data)) return <Notice tone="progress" role="status" title={say("plan.taken")}>{say("soonHere")}</Notice>;
  return (
    <form
      aria-label={say("plan.form", { title: deliverable.title })}
      onSubmit={(event) => {
        event.preventDefault();
        plan.mutate({ publish_at: new Date(at).toISOString(), instead_of: deliverable.publish_at });
      }}
    >
      <Stack gap="sm" mt="sm">
        <TextInput type="datetime-local" label={say("plan.at")} description={say("plan.yours")} required value={at} onChange={(event) => { setAt(event.currentTarget.value); plan.reset(); }} error={plan.error?.byField.publish_at} />
        <ProblemNotice problem={plan.error} shownFields={["publish_at"]} />
        <Button type="submit" size="md" loading={plan.isPending}>{say("plan.send")}</Button>
      </Stack>
    </form>
  );
}
