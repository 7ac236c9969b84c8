import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useState } from "react";

import { useAct, type Undo } from "../../api/act";
import { api, body } from "../../api/client";
import type { Thread } from "../../api/schema";
import { exactText } from "../../lib/time";
import { ProblemNotice } from "../Notice";
import { before } from "./before";
import classes from "./SnoozeDialog.module.css";
import { momentText, snoozeTimes } from "./words";

/** Puts a thread off until a time, or wakes one that is put off. */
export function SnoozeDialog({ thread, now, onSnoozed, onClose }: { thread: Thread; now: Date; onSnoozed: () => void; onClose: () => void }) {
  const [picked, setPicked] = useState("");
  const snooze = useAct({
    run: ({ until }: { until: string | undefined; back: Undo }, key) =>
      body(api.POST("/v1/threads/{id}/snooze", { params: { path: { id: thread.id }, header: { "Idempotency-Key": key } }, body: { until } })),
    done: ({ snoozed_until }) => (snoozed_until ? `Put off until ${exactText(new Date(snoozed_until))}, or until the creator writes` : "The thread is open again"),
    undo: ({ back }) => back,
    close: onClose,
    then: ({ state }) => {
      if (state === "snoozed") onSnoozed();
    },
    touches: ["thread", "partnership"],
  });
  const put = (until: string | undefined) => snooze.mutate({ until, back: before(thread).snooze });
  return (
    <Modal opened onClose={onClose} title="Hide this thread until later">
      <Stack gap="sm">
        <p className={`soft ${classes.says}`}>Whatever the creator writes brings it back earlier. The answer clock goes on.</p>
        {snoozeTimes(now).map(({ label, until }, at) => (
          <Button key={label} data-autofocus={at === 0 || undefined} variant="default" fullWidth classNames={{ inner: classes.inner, label: classes.label }} disabled={snooze.isPending} onClick={() => put(until.toISOString())}>
            <span>{label}</span>
            <span className="soft">{momentText(until, now)}</span>
          </Button>
        ))}
        <form
          onSubmit={(event) => {
            event.preventDefault();
            put(new Date(picked).toISOString());
          }}
        >
          <Group align="end" gap="xs">
            <TextInput className={classes.time} label="Another time" description="In your time zone" type="datetime-local" value={picked} onChange={(event) => setPicked(event.currentTarget.value)} error={snooze.error?.byField.until} />
            <Button type="submit" disabled={picked === ""} loading={snooze.isPending}>Snooze</Button>
          </Group>
        </form>
        <ProblemNotice problem={snooze.error} shownFields={["until"]} />
        {thread.state === "snoozed" && <Button variant="default" loading={snooze.isPending} onClick={() => put(undefined)}>Wake it now</Button>}
      </Stack>
    </Modal>
  );
}
