import { Button, Group, Modal, NumberInput, Stack, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconAlertTriangle, IconCheck, IconCircle, IconCircleX } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { brandQuery } from "../../api/queries";
import type { Brand, BrandEdit, MailboxHealth } from "../../api/schema";
import type { Tone } from "../../theme/tokens";
import { LoadingLines } from "../Loading";
import { LoadFailed, ProblemNotice } from "../Notice";
import { Facts, Section } from "../Page";
import { RelativeTime } from "../RelativeTime";
import { Chip } from "../StatusChip";
import classes from "./MailHealth.module.css";

// From these on mail providers begin to mistrust a sender: Gmail and Yahoo name 0.1 and 0.3 % of complaints.
const complaintBounds = [0.1, 0.3] as const;
const bounceBounds = [2, 5] as const;

const verdicts: Record<"none" | "good" | "attention" | "danger", { tone: Tone; icon: React.ReactNode; word: string }> = {
  none: { tone: "idle", icon: <IconCircle size={13} aria-hidden />, word: "nothing sent" },
  good: { tone: "done", icon: <IconCheck size={13} stroke={2} aria-hidden />, word: "good" },
  attention: { tone: "attention", icon: <IconAlertTriangle size={13} stroke={2} aria-hidden />, word: "too many" },
  danger: { tone: "danger", icon: <IconCircleX size={13} stroke={2} aria-hidden />, word: "far too many" },
};

/** A share of the mail, with whether it is too high. */
export function Rate({ percent, of, bounds: [attention, danger], count }: { percent: number; of: number; bounds: readonly [number, number]; count: number }) {
  const verdict = verdicts[of === 0 ? "none" : percent >= danger ? "danger" : percent >= attention ? "attention" : "good"];
  return (
    <span className={classes.row}>
      <span className="tabular">{percent.toLocaleString("en-US", { maximumFractionDigits: 2 })} % ({count})</span>
      <Chip tone={verdict.tone} icon={verdict.icon}>{verdict.word}</Chip>
    </span>
  );
}

/** How the mailbox of a brand does, and its limits. */
export function Mailbox({ box, admin }: { box: MailboxHealth; admin: boolean }) {
  const [editing, setEditing] = useState(false);
  const full = box.sent >= box.limit;
  return (
    <Section title={box.brand_name} actions={admin && <Button size="xs" variant="default" onClick={() => setEditing(true)} aria-label={`Change the limits of ${box.brand_name}`}>Change the limits</Button>}>
      <div className="soft truncate">{box.address}</div>
      <div className={classes.bar} aria-hidden><span className={full ? classes.full : undefined} style={{ width: `${Math.min(100, (box.sent / Math.max(1, box.limit)) * 100)}%` }} /></div>
      <div className={`${classes.row} ${classes.sent}`}>
        <span className="tabular"><strong>{box.sent}</strong> of {box.limit} mails of sequences in the last day</span>
        {full && box.free_at && <span className="soft">the next may go <RelativeTime at={box.free_at} /></span>}
      </div>
      <Facts
        facts={[
          ["Waiting for the limit", box.waiting],
          ["Warm-up", box.warm_up_ends ? <span key="warm">ends <RelativeTime at={box.warm_up_ends} />, then {box.full_limit} a day</span> : undefined],
          ["To one domain", `${box.domain_per_hour} an hour`],
          ["Bounced", <Rate key="bounced" percent={box.bounce_percent} of={box.accepted} bounds={bounceBounds} count={box.bounced} />],
          ["Complaints", <Rate key="complaints" percent={box.complaint_percent} of={box.accepted} bounds={complaintBounds} count={box.complaints} />],
          ["Delivered", `${box.delivered} of ${box.accepted} in 30 days`],
          ["Blocked outreach", box.blocked > 0 ? <Link key="blocked" to="/partnerships" search={{ brand: box.brand_id, blocked: true } as never}>{box.blocked === 1 ? "1 partnership" : `${box.blocked} partnerships`}</Link> : "None"],
        ]}
      />
      {editing && <EditLimits id={box.brand_id} onClose={() => setEditing(false)} />}
    </Section>
  );
}

function EditLimits({ id, onClose }: { id: string; onClose: () => void }) {
  const brand = useQuery({ ...brandQuery(id), refetchOnWindowFocus: false });
  return (
    <Modal opened onClose={onClose} title="Sending limits">
      {brand.data ? <Limits brand={brand.data.data} etag={brand.data.etag} onClose={onClose} /> : brand.error ? <LoadFailed error={brand.error} /> : <LoadingLines />}
    </Modal>
  );
}

function Limits({ brand, etag, onClose }: { brand: Brand; etag: string | undefined; onClose: () => void }) {
  // What the person started from: a change made by somebody else meanwhile must not slip in unseen.
  const [tag] = useState(etag);
  const form = useForm({
    initialValues: { outreach_per_day: brand.outreach_per_day, domain_per_hour: brand.domain_per_hour, warm_up_days: brand.warm_up_days, first_mail_notice: brand.first_mail_notice },
  });
  const save = useAct({
    run: (edit: BrandEdit) => body(api.PATCH("/v1/brands/{id}", { params: { path: { id: brand.id }, header: { "If-Match": tag } }, body: edit })),
    done: "Limits saved",
    close: onClose,
    touches: ["brand", "mail"],
  });
  return (
    <form
      noValidate
      onSubmit={form.onSubmit(({ warm_up_days, ...values }) => {
        // Named unchanged, the warm-up would begin anew.
        const edit = warm_up_days === brand.warm_up_days ? values : { ...values, warm_up_days };
        save.mutate(edit, { onError: (problem) => form.setErrors(problem.byField) });
      })}
    >
      <Stack>
        <NumberInput label="Mails of sequences in a day" suffix=" mails" description="Further ones wait; what a person writes is not held back" required min={1} allowDecimal={false} {...form.getInputProps("outreach_per_day")} />
        <NumberInput label="To one domain in an hour" suffix=" mails" description="Such as gmail.com" required min={1} allowDecimal={false} {...form.getInputProps("domain_per_hour")} />
        <NumberInput label="Warm-up" suffix=" days" description="A new mailbox rises to its full number in them; 0 means none. A change begins it anew." required min={0} max={90} allowDecimal={false} {...form.getInputProps("warm_up_days")} />
        <Textarea label="Why the creator is written to" description="Stands in the first mail, as the law asks" required autosize minRows={2} {...form.getInputProps("first_mail_notice")} />
        <ProblemNotice problem={save.error} shownFields={Object.keys(form.values)} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>Leave them as they are</Button>
          <Button type="submit" loading={save.isPending}>Save the limits</Button>
        </Group>
      </Stack>
    </form>
  );
}
