import { Button, Group, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { asProblem } from "../../api/problem";
import type { Deliverable, PostSchedule } from "../../api/schema";
import { dayText, exactText, localInput } from "../../lib/time";
import { blocks, Conflicts } from "../Changes";
import { Notice, ProblemNotice } from "../Notice";
import { firstTime } from "./plan";

/** Plans when content is published, and says what stands in the way of that time before anybody gives it. */
export default function ScheduleDialog({ deliverable, creator, onClose }: { deliverable: Deliverable; creator: string; onClose: () => void }) {
  const [at, setAt] = useState(() => localInput(firstTime(deliverable)));
  const [override, setOverride] = useState("");
  // The plan that is replaced, as it was read: the page behind goes on hearing of others'.
  const [seen, setSeen] = useState(deliverable.publish_at);
  const plan = useAct({
    run: (what: PostSchedule, key) => body(api.POST("/v1/deliverables/{id}/schedule", { params: { path: { id: deliverable.id }, header: { "Idempotency-Key": key } }, body: what })),
    done: "The publication is planned",
    close: onClose,
    touches: ["partnership", "calendar"],
  });
  const overtaken = deliverable.publish_at !== seen && !plan.isPending && !plan.isSuccess;
  const instant = at ? new Date(at).toISOString() : "";
  const [settled] = useDebouncedValue(instant, 300);
  const preview = useQuery({
    queryKey: ["schedule", deliverable.id, settled],
    queryFn: () => body(api.POST("/v1/deliverables/{id}/schedule/preview", { params: { path: { id: deliverable.id }, header: { "Idempotency-Key": crypto.randomUUID() } }, body: { publish_at: settled } })),
    enabled: settled !== "",
    placeholderData: keepPreviousData,
    retry: false,
  });
  const problem = preview.error ? asProblem(preview.error) : plan.error;
  const inTheWay = preview.error ? [] : preview.data?.conflicts.filter(blocks) ?? [];
  const stuck = inTheWay.some(({ may_override }) => !may_override);
  const zone = preview.data?.creator_zone;
  return (
    <Modal opened onClose={onClose} title={`When ${deliverable.title} is published`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          plan.mutate({ publish_at: instant, instead_of: seen, override_reason: override.trim() || undefined });
        }}
      >
        <Stack>
          {deliverable.publish_by && <p style={{ margin: 0 }}>{deliverable.publish_from && `Not before ${dayText(new Date(deliverable.publish_from))}, and at`}{!deliverable.publish_from && "At"} the latest {exactText(new Date(deliverable.publish_by))}. That day stays as it was agreed, whatever is planned here.</p>}
          <TextInput
            type="datetime-local"
            label="To be published"
            description={zone && instant ? `In your time zone; for ${creator} that is ${exactText(new Date(instant), zone)}` : "In your time zone"}
            required
            value={at}
            onChange={(event) => {
              setAt(event.currentTarget.value);
              plan.reset(); // what was refused was another time
            }}
            error={problem?.byField.publish_at}
          />
          {!preview.error && <section aria-label="What stands in the way" aria-live="polite"><Conflicts conflicts={preview.data?.conflicts ?? []} /></section>}
          {stuck && <p style={{ margin: 0 }}>Only legal and admins let stand what is in the way. Choose another time, or ask an admin to plan this one.</p>}
          {!stuck && (inTheWay.length > 0 || plan.error?.code === "conflict" || override) && (
            <Textarea label="Why its conflicts may stand" description="Only legal and admins let stand what blocks; kept with your name" autosize minRows={2} maxLength={2000} value={override} onChange={(event) => setOverride(event.currentTarget.value)} />
          )}
          {overtaken && (
            <Notice tone="attention" role="status" title="Somebody changed the plan meanwhile">
              {deliverable.publish_at ? `It is planned for ${exactText(new Date(deliverable.publish_at))} now.` : "Nothing is planned now."}{" "}
              <Button variant="default" size="xs" onClick={() => { setSeen(deliverable.publish_at); plan.reset(); }}>Plan mine instead</Button>
            </Notice>
          )}
          {!overtaken && <ProblemNotice problem={problem} shownFields={["publish_at"]} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Not now</Button>
            <Button type="submit" loading={plan.isPending} disabled={!at || overtaken || preview.error !== null || stuck || (inTheWay.length > 0 && override.trim() === "")}>Plan it</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
