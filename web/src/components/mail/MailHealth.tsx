import { Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconMail } from "@tabler/icons-react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { mailHealthQuery } from "../../api/queries";
import type { MailDay, MailHealth as Health, Message } from "../../api/schema";
import { hasRole, useSession } from "../../lib/session";
import table from "../DataTable.module.css";
import { LoadingLines } from "../Loading";
import { EmptyState, LoadFailed, Notice, ProblemNotice } from "../Notice";
import { Section } from "../Page";
import { RelativeTime } from "../RelativeTime";
import { Chip } from "../StatusChip";
import { Mailbox } from "./Mailbox";
import classes from "./MailHealth.module.css";
import { Suppressions } from "./Suppressions";

/** How mail does: the mailboxes, what nobody knows the end of, and the daily count against SendGrid. */
export function MailHealth({ brand }: { brand: string | undefined }) {
  const health = useQuery(mailHealthQuery(brand));
  const session = useSession();
  if (health.error && !health.data) return <LoadFailed error={health.error} retry={() => void health.refetch()} />;
  if (!health.data) return <LoadingLines />;
  const { mailboxes, unknown, days } = health.data;
  if (mailboxes.length === 0) return <EmptyState icon={IconMail} title="You work for no brand yet">An admin gives you a role at one; its mailbox then stands here.</EmptyState>;
  return (
    <>
      <Waiting health={health.data} />
      <div className={classes.boxes}>
        {mailboxes.map((box) => <Mailbox key={box.brand_id} box={box} admin={hasRole(session, ["admin"], box.brand_id)} />)}
      </div>
      {unknown.length > 0 && <Unknown mails={unknown} />}
      {hasRole(session, ["ops", "admin", "auditor"]) && <Days days={days} health={health.data} />}
      <Suppressions brand={brand} />
    </>
  );
}

function Waiting({ health: { unmatched, unreadable } }: { health: Health }) {
  if (unmatched + unreadable === 0) return null;
  return (
    <Notice tone="attention" title="Mail that waits for somebody">
      {unmatched > 0 && <div><Link to="/inbox" search={{ box: "unmatched" }}>{unmatched === 1 ? "1 mail names no conversation" : `${unmatched} mails name no conversation`}</Link>: file it, or put it aside.</div>}
      {unreadable > 0 && <div>{unreadable === 1 ? "1 mail came in that could not be read." : `${unreadable} mails came in that could not be read.`} What was understood is among the others; each is kept as it came.</div>}
    </Notice>
  );
}

/** Mails of which nobody knows whether they arrived: a machine never sends them again by itself. */
function Unknown({ mails }: { mails: Message[] }) {
  const session = useSession();
  const settles = hasRole(session, ["ops", "admin"]);
  return (
    <Section title="Did these mails arrive?">
      <p className="soft" style={{ marginTop: 0 }}>SendGrid’s answer to them was lost. They are not sent again by themselves, so that nobody gets a mail twice. Look into SendGrid’s activity, or ask the creator.</p>
      <ul className={classes.list}>
        {mails.map((mail) => <UnknownMail key={mail.id} mail={mail} settles={settles} />)}
      </ul>
    </Section>
  );
}

function UnknownMail({ mail, settles }: { mail: Message; settles: boolean }) {
  const settle = useAct({
    run: (arrived: boolean, key) => body(api.POST("/v1/messages/{id}/settle", { params: { path: { id: mail.id }, header: { "Idempotency-Key": key } }, body: { arrived } })),
    done: "Noted",
    touches: ["mail", "message", "partnership", "thread", "task"],
  });
  const subject = mail.hidden ? "A mail in a private conversation" : (mail.subject ?? "A mail without a subject");
  return (
    <li aria-label={subject}>
      <div className={classes.row}>
        <strong>{mail.partnership_id ? <Link to="/partnerships/$id" params={{ id: mail.partnership_id }}>{subject}</Link> : subject}</strong>
        {mail.to && <span className="soft">to {mail.to}</span>}
        <span className="soft"><RelativeTime at={mail.at} /></span>
      </div>
      <ProblemNotice problem={settle.error} />
      {settles && !mail.hidden && (
        <Group gap="xs" mt="xs">
          <Button size="xs" variant="default" loading={settle.isPending} onClick={() => settle.mutate(true)}>It arrived</Button>
          <Button size="xs" variant="default" loading={settle.isPending} onClick={() => settle.mutate(false)}>It was not sent</Button>
        </Group>
      )}
    </li>
  );
}

const dayText = (day: string) => new Date(`${day}T00:00:00Z`).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

/** What one side counted, and the other's number where it is not the same. */
function Count({ ours, theirs }: { ours: number; theirs: number }) {
  return <>{ours}{ours !== theirs && <span className="soft"> (SendGrid: {theirs})</span>}</>;
}

/** The daily count against SendGrid. */
export function Days({ days, health }: { days: MailDay[]; health: Pick<Health, "last_received_at" | "last_event_at"> }) {
  return (
    <Section title="Counted against SendGrid" flush>
      {days.length === 0 ? (
        <EmptyState icon={IconMail} title="No day is counted yet" action={<Link to="/inbox" search={{ box: "all" }}>See the mails</Link>}>Once an hour the mails of each day are compared with SendGrid’s count, so that none is lost unseen.</EmptyState>
      ) : (
        <div className={`${table.scroll} ${table.flush}`} role="region" aria-label="Mail of each day, scrollable" tabIndex={0}>
          <table className={table.table} aria-label="Mail of each day">
            <thead><tr><th scope="col">Day (UTC)</th><th scope="col" className={table.right}>Sent</th><th scope="col" className={table.right}>Received</th><th scope="col">Verdict</th></tr></thead>
            <tbody>
              {days.map((day) => (
                <tr key={day.day}>
                  <td>{dayText(day.day)}</td>
                  <td className={table.right}><Count ours={day.sent} theirs={day.sent_at_provider} /></td>
                  <td className={table.right}><Count ours={day.received} theirs={day.received_at_provider} /></td>
                  <td>{day.differs ? <Chip tone="danger" icon={<IconMail size={13} aria-hidden />}>Mail is missing</Chip> : <span className="soft">Agrees</span>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p className="soft" style={{ margin: "10px 14px" }}>
        {days[0] && <>Counted <RelativeTime at={days[0].checked_at} />. </>}Last mail received {health.last_received_at ? <RelativeTime at={health.last_received_at} /> : "never"}; last news of a sent one {health.last_event_at ? <RelativeTime at={health.last_event_at} /> : "never"}.
      </p>
    </Section>
  );
}
