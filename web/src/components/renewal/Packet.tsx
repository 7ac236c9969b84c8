import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconExternalLink } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";

import { asProblem } from "../../api/problem";
import { partnershipQuery, renewalQuery } from "../../api/queries";
import type { Option, RenewalPacket, RightUsed } from "../../api/schema";
import { words } from "../../lib/states";
import { dayText, exactText } from "../../lib/time";
import { CommandButton, refusal } from "../CommandButton";
import { LoadingLines } from "../Loading";
import { Money } from "../Money";
import { LoadFailed, Notice } from "../Notice";
import { Facts, Section } from "../Page";
import dealClasses from "../partnership/Deal.module.css";
import { RelativeTime } from "../RelativeTime";
import { StatusChip } from "../StatusChip";
import { TermsView } from "../Terms";
import classes from "./Renewal.module.css";

const CommandDialog = lazy(() => import("../partnership/CommandDialog"));
const OptionDialog = lazy(() => import("./OptionDialog"));
const RenewDialog = lazy(() => import("./RenewDialog"));

const count = (n: number, one: string, many = `${one}s`) => `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`;
const notKnown = (why: string) => <span className="soft">Not known: {why}</span>;

/** What the renewal of one term is decided by, and the decisions. */
export function Packet({ partnershipId }: { partnershipId: string }) {
  const packet = useQuery(renewalQuery(partnershipId));
  const [asked, setAsked] = useState<"renew" | "option" | "lapse" | null>(null);
  const partnership = useQuery({ ...partnershipQuery(partnershipId), enabled: asked !== null }).data;
  if (packet.error && !packet.data) {
    if (asProblem(packet.error).status !== 404) return <LoadFailed error={packet.error} retry={() => void packet.refetch()} />;
    return (
      <Notice tone="attention" title="No term of this partnership runs">
        There is nothing to renew now. <Link to="/partnerships/$id" params={{ id: partnershipId }}>Open the partnership</Link>
      </Notice>
    );
  }
  if (!packet.data) return <LoadingLines lines={10} />;
  const { renewal, may_renew: renew, may_let_lapse: lapse, may_exercise_option: exercise } = packet.data;
  const close = () => setAsked(null);
  return (
    <div className={classes.packet}>
      <Section title={`${renewal.creator.name}, term ${renewal.term}`} actions={<StatusChip noun="renewal" state={renewal.state} />}>
        <Facts
          facts={[
            ["Decide by", <span key="by"><RelativeTime at={renewal.notice_by} />, {exactText(new Date(renewal.notice_by))}</span>],
            ["Option to renew", renewal.option && <OptionLine key="option" option={renewal.option} />],
            ["Term ends", <RelativeTime key="ends" at={renewal.ends_at} />],
            ["Owner", renewal.owner.name],
            ["Contract", <Link key="contract" to="/contracts/$id" params={{ id: renewal.contract_id }}>{renewal.number}</Link>],
            ["Lapsed", renewal.lapse && <span key="lapse">{renewal.lapse.words}{renewal.lapse.reason && ` “${renewal.lapse.reason}”`}</span>],
          ]}
        />
        <div className={classes.buttons}>
          <CommandButton reason={refusal(renew)} onClick={() => setAsked("renew")}>Offer a renewal</CommandButton>
          {exercise && <CommandButton variant="default" reason={refusal(exercise)} onClick={() => setAsked("option")}>Use the option</CommandButton>}
          <CommandButton variant="default" reason={refusal(lapse)} onClick={() => setAsked("lapse")}>Let it lapse</CommandButton>
          <Button variant="default" renderRoot={(props) => <Link to="/partnerships/$id" params={{ id: partnershipId }} {...props} />}>Open the partnership</Button>
        </div>
      </Section>
      <Went packet={packet.data} />
      <Section title="The next term, as proposed">
        <Facts facts={[["Fee", <span key="fee"><Money value={renewal.fee} /><div className={dealClasses.small}>{packet.data.fee_from}</div></span>]]} />
        <div className={classes.terms}><TermsView terms={packet.data.terms} currency={renewal.fee.currency} /></div>
      </Section>
      {asked === "option" && <Suspense><OptionDialog partnershipId={partnershipId} onClose={close} /></Suspense>}
      {partnership && (
        <Suspense>
          {asked === "renew" && <RenewDialog partnership={partnership} onClose={close} />}
          {asked === "lapse" && <CommandDialog command={lapse} partnership={partnership} onClose={close} />}
        </Suspense>
      )}
    </div>
  );
}

const optionEnds: Partial<Record<Option["state"], string>> = { ended: "passed unused", exercised: "used", overtaken: "not needed: the renewal was decided otherwise", let_end: "decided not to use it; still possible" };

/** What the option costs and until when it can be used, or what became of it. */
function OptionLine({ option: { fee, ends_at, state } }: { option: Option }) {
  return (
    <span>
      <Money value={fee} />, {optionEnds[state] ?? "to be used"}{(state === "open" || state === "renegotiating" || state === "let_end") && <> until <RelativeTime at={ends_at} />, {exactText(new Date(ends_at))}</>}
    </span>
  );
}

function Went({ packet }: { packet: RenewalPacket }) {
  const { posts, posts_numbered: numbered, numbers, drafts, publications, pieces, rights } = packet;
  return (
    <>
      <Section title="How it went">
        <Facts
          facts={[
            ["Published", `${posts} of ${count(pieces, "piece")}`],
            ...numbers.map(({ metric, value, posts: of, stood_at }): [string, React.ReactNode] => [
              words(metric), <span key={metric}>{value.toLocaleString("en-US")}<span className="soft"> of {count(of, "post")}, as of {dayText(new Date(stood_at))}</span></span>,
            ]),
            ["Views", numbered === 0 ? notKnown("nobody has entered any.") : undefined],
            ["Drafts", onTime(drafts, "handed in")],
            ["Publications", onTime(publications, "published")],
            ["Revision rounds", packet.pieces_revised === 0 ? notKnown("nothing is handed in.") : (
              <span key="rounds">
                {(packet.rounds / packet.pieces_revised).toLocaleString("en-US", { maximumFractionDigits: 1 })} a piece
                <span className="soft">; {packet.rounds_included} included, {packet.beyond} beyond</span>
              </span>
            )],
            ["Conversation", `${count(packet.replies, "message")} of the creator, ${count(packet.complaints, "complaint")}`],
          ]}
        />
      </Section>
      <Section title="What it costs">
        <Facts
          facts={[
            ["Committed", <Money key="committed" value={packet.committed} />],
            ["Paid", <Money key="paid" value={packet.paid} />],
            ["Taken back", packet.reversed.amount > 0 ? <Money key="reversed" value={packet.reversed} /> : undefined],
            ["By 1,000 views", packet.per_thousand_views ? <Money key="cost" value={packet.per_thousand_views} /> : notKnown(posts === 0 ? "nothing is published." : `the views of ${numbered} of ${count(posts, "post")} are entered.`)],
          ]}
        />
      </Section>
      <Section title="Rights in use">
        {rights.length === 0 ? <p className="soft" style={{ margin: 0 }}>Nothing is published yet, so no right runs.</p> : (
          <ul className={dealClasses.rows}>{rights.map((right) => <Right key={right.deliverable_id} right={right} />)}</ul>
        )}
      </Section>
    </>
  );
}

function onTime({ done, late }: { done: number; late: number }, what: string): React.ReactNode {
  if (done === 0) return notKnown(`nothing is ${what} or late.`);
  return (
    <span>
      {done - late} of {done} on time
      {late > 0 && <span className="soft">; {late} came late, past the grace, or never</span>}
    </span>
  );
}

function Right({ right: { title, post_url, posted_at, usage_until, allowlisted_until, exclusive_until } }: { right: RightUsed }) {
  const day = (at: string) => dayText(new Date(at));
  return (
    <li>
      <div>
        {post_url ? <a href={post_url} target="_blank" rel="noreferrer">{title} <IconExternalLink size={13} aria-label="opens elsewhere" /></a> : title}
        <div className={dealClasses.small}>{posted_at ? `Published on ${day(posted_at)}` : "When it was published is not known"}</div>
      </div>
      <div className={dealClasses.end}>
        <span className={dealClasses.small}>{usage_until ? `Usage until ${day(usage_until)}` : "No usage rights"}</span>
        {allowlisted_until && <span className={dealClasses.small}>Advertised with until {day(allowlisted_until)}</span>}
        <span className={dealClasses.small}>{exclusive_until ? `Exclusive until ${day(exclusive_until)}` : "No exclusivity"}</span>
      </div>
    </li>
  );
}
