import { Button, Group, Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { reviewLinksQuery } from "../../api/queries";
import type { Review, ReviewLink } from "../../api/schema";
import { hasRole, useSession } from "../../lib/session";
import { LoadingLines } from "../Loading";
import { LoadFailed, ProblemNotice } from "../Notice";
import { RelativeTime } from "../RelativeTime";
import { StatusChip } from "../StatusChip";
import classes from "./Review.module.css";

interface Person {
  id: string;
  name: string;
}

/** The links of outside reviewers: sent, seen, used; a new one can be sent, and one that is out can be ended. */
export default function ReviewLinks({ review, people }: { review: Review; people: Person[] }) {
  const session = useSession();
  const links = useQuery(reviewLinksQuery(review.summary.id));
  const [asked, setAsked] = useState<{ what: "send"; person: Person } | { what: "end"; link: ReviewLink }>();
  if (links.error && !links.data) return <LoadFailed error={links.error} retry={() => void links.refetch()} />;
  if (!links.data) return <LoadingLines lines={2} />;
  const { items } = links.data;
  const works = hasRole(session, ["ops", "admin"], review.summary.brand_id);
  const open = review.summary.state === "open" || review.summary.state === "held";
  const without = people.filter(({ id }) => !items.some(({ reviewer }) => reviewer.id === id));
  // Only the newest link of each person can be in force.
  const newest = (link: ReviewLink) => items.every((other) => other.reviewer.id !== link.reviewer.id || other.sent_at <= link.sent_at);
  return (
    <>
      <ul className={classes.links}>
        {items.map((link) => (
          <li key={link.id}>
            <div className={classes.stageHead}>
              <strong>{link.reviewer.name}</strong>
              <StatusChip noun="reviewLink" state={link.state} />
            </div>
            <div className="soft">
              Version {link.version}, sent <RelativeTime at={link.sent_at} />.{" "}
              {link.views === 0 ? "Not seen yet." : <>Seen {link.views === 1 ? "once" : `${link.views} times`}{link.first_seen_at && <>, first <RelativeTime at={link.first_seen_at} /></>}.</>}{" "}
              {link.used_at ? <>Used <RelativeTime at={link.used_at} />.</> : link.revoked_at ? <>Ended <RelativeTime at={link.revoked_at} />.</> : <>{link.state === "expired" ? "Expired" : "Expires"} <RelativeTime at={link.expires_at} />.</>}
            </div>
            {works && newest(link) && (
              <Group gap={4}>
                {open && link.state !== "used" && <Button size="compact-sm" variant="default" onClick={() => setAsked({ what: "send", person: link.reviewer })} aria-label={`Send ${link.reviewer.name} a new link`}>Send a new link</Button>}
                {link.state === "open" && <Button size="compact-sm" variant="subtle" color="gray" onClick={() => setAsked({ what: "end", link })} aria-label={`End the link of ${link.reviewer.name}`}>End the link</Button>}
              </Group>
            )}
          </li>
        ))}
        {without.map((person) => (
          <li key={person.id}>
            <strong>{person.name}</strong>
            <div className="soft">No link was sent yet.</div>
            {works && open && <Button size="compact-sm" variant="default" onClick={() => setAsked({ what: "send", person })} aria-label={`Send ${person.name} a link`}>Send a link</Button>}
          </li>
        ))}
      </ul>
      {asked?.what === "send" && <SendLink reviewId={review.summary.id} person={asked.person} onClose={() => setAsked(undefined)} />}
      {asked?.what === "end" && <EndLink link={asked.link} onClose={() => setAsked(undefined)} />}
    </>
  );
}

function SendLink({ reviewId, person, onClose }: { reviewId: string; person: Person; onClose: () => void }) {
  const act = useAct({
    run: (reviewer_id: string, key) => body(api.POST("/v1/reviews/{id}/links", { params: { path: { id: reviewId }, header: { "Idempotency-Key": key } }, body: { reviewer_id } })),
    done: `A new link goes to ${person.name}`,
    close: onClose,
    touches: ["review"],
  });
  return (
    <Modal opened onClose={onClose} title={`Send ${person.name} a new link`}>
      <p style={{ marginTop: 0 }}>It goes by mail, counts for the present version and can be used once. Links sent before end.</p>
      <ProblemNotice problem={act.error} />
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>Send nothing</Button>
        <Button loading={act.isPending} onClick={() => act.mutate(person.id)}>Send the link</Button>
      </Group>
    </Modal>
  );
}

function EndLink({ link, onClose }: { link: ReviewLink; onClose: () => void }) {
  const act = useAct({
    run: (id: string, key) => body(api.POST("/v1/review-links/{id}/revoke", { params: { path: { id }, header: { "Idempotency-Key": key } }, body: {} })),
    done: `The link of ${link.reviewer.name} has ended`,
    close: onClose,
    touches: ["review"],
  });
  return (
    <Modal opened onClose={onClose} title={`End the link of ${link.reviewer.name}`}>
      <p style={{ marginTop: 0 }}>Who opens it from now on sees that it has ended. They are still asked: send a new link, or ask somebody else.</p>
      <ProblemNotice problem={act.error} />
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>Keep it</Button>
        <Button color="red" loading={act.isPending} onClick={() => act.mutate(link.id)}>End the link</Button>
      </Group>
    </Modal>
  );
}
