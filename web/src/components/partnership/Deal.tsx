import { Link } from "@tanstack/react-router";
import { IconExternalLink } from "@tabler/icons-react";
import { Fragment, lazy, Suspense } from "react";

import type { Partnership } from "../../api/schema";
import { words } from "../../lib/states";
import { dayText } from "../../lib/time";
import { Negotiation } from "../Changes";
import { LoadingLines } from "../Loading";
import { Money } from "../Money";
import { Facts, Section } from "../Page";
import { RelativeTime } from "../RelativeTime";
import { StatusChip } from "../StatusChip";
import { TermsView, whenText } from "../Terms";
import { KeyDates } from "../contract/KeyDates";
import { Asked } from "./Asked";
import { Codes } from "./Codes";
import classes from "./Deal.module.css";
import { ExtensionLine } from "./Extension";
import { goalText } from "./goals";
import { PostChecks } from "./PostChecks";
import { Product } from "./Product";
import { ScheduleLine } from "./Schedule";

const Files = lazy(() => import("./Files"));

/** Terms and money, deliverables, contract, files and contacts of a partnership. */
export function Deal({ partnership }: { partnership: Partnership }) {
  const { summary, offer, contract, deliverables, milestones, contacts } = partnership;
  return (
    <>
      <Section title="Money">
        <Facts
          facts={[
            ["Fee", <Money key="fee" value={summary.fee} />],
            ["Paid", <Money key="paid" value={summary.paid} />],
            ["Term", summary.term],
            ["Renewal", <StatusChip key="renewal" noun="renewal" state={summary.renewal_state} />],
            ["How the term went", contract?.executed_at && contract.state !== "terminated" ? <Link key="went" to="/contracts/renewals" search={{ selected: summary.id }}>Look at it</Link> : undefined],
          ]}
        />
        {milestones.length > 0 && (
          <ul className={classes.rows} aria-label="Milestones">
            {milestones.map((milestone) => (
              <li key={milestone.id}>
                <div>
                  {milestone.payout_id ? <Link to="/payouts/$id" params={{ id: milestone.payout_id }}>{milestone.title}</Link> : milestone.title}
                  <div className={classes.small}>
                    {milestone.threshold ? `When the post has ${goalText(milestone.threshold)}` : words(whenText(milestone.trigger, milestone.owed_on))}
                    {milestone.bonus && ", on top of the fee"}
                  </div>
                  {milestone.number !== undefined && milestone.number_at && (
                    <div className={classes.small}>{milestone.number.toLocaleString("en-US")} {milestone.threshold?.metric} on {dayText(new Date(milestone.number_at))}</div>
                  )}
                  {milestone.counts_until && milestone.state === "pending" && <div className={classes.small}>Counts until <RelativeTime at={milestone.counts_until} /></div>}
                  {milestone.hold_until && <div className={classes.small}>Finance waits for: {milestone.hold_until}</div>}
                </div>
                <div className={classes.end}>
                  <Money value={milestone.amount} />
                  {milestone.payout_state ? <StatusChip noun="payout" state={milestone.payout_state} /> : <StatusChip noun="milestone" state={milestone.state} />}
                </div>
              </li>
            ))}
          </ul>
        )}
      </Section>

      <Section title="Deliverables">
        {deliverables.length === 0 && <p className="soft" style={{ margin: 0 }}>They are fixed when the contract is signed by both.</p>}
        <ul className={classes.rows}>
          {deliverables.map((deliverable) => (
            <li key={deliverable.id} id={`piece-${deliverable.id}`}>
              <div>
                {deliverable.review_id ? <Link to="/reviews/$id" params={{ id: deliverable.review_id }}>{deliverable.title}</Link> : deliverable.title}
                <div className={classes.small}>
                  {deliverable.kind} on {deliverable.platform}
                  {deliverable.round > 0 && `, round ${deliverable.round}`}
                </div>
                <div className={classes.small}>
                  {deliverable.post_url && /^https?:/.test(deliverable.post_url) ? (
                    <a href={deliverable.post_url} target="_blank" rel="noreferrer noopener">
                      The post <IconExternalLink size={12} aria-label="opens elsewhere" />
                    </a>
                  ) : deliverable.draft_due_at && !["approved_to_post", "scheduled"].includes(deliverable.state) && (
                    <>Draft due <RelativeTime at={deliverable.draft_due_at} /></>
                  )}
                </div>
                <ScheduleLine deliverable={deliverable} creator={summary.creator.name} brandId={summary.brand_id} />
                {deliverable.waits_for_product && <div className={classes.small}>Waits for the product</div>}
                {deliverable.extension && <ExtensionLine deliverable={deliverable} extension={deliverable.extension} brandId={summary.brand_id} />}
                {deliverable.post_url && <PostChecks deliverableId={deliverable.id} />}
              </div>
              <div className={classes.end}>
                <StatusChip noun="deliverable" state={deliverable.state} />
                {deliverable.late && deliverable.state !== "late" && <StatusChip noun="deliverable" state="late" />}
              </div>
            </li>
          ))}
        </ul>
        <Codes partnership={partnership} />
      </Section>

      <Product partnership={partnership} />

      <Section title={offer ? "Offer and contract" : "Contract"}>
        {offer && (
          <div className={classes.line}>
            <span>
              Offer of <Money value={offer.fee} />
              {offer.state === "sent" && offer.expires_at && <span className={classes.small}> expires <RelativeTime at={offer.expires_at} /></span>}
              {offer.paid_outside && <span className={classes.small} style={{ display: "block" }}>Paid outside of Stripe: {offer.paid_outside}</span>}
            </span>
            <StatusChip noun="offer" state={offer.state} />
          </div>
        )}
        {contract && (
          <div className={classes.line}>
            <span>
              <Link to="/contracts/$id" params={{ id: contract.id }}>Contract {contract.number}</Link>
              {contract.ends_at && <div className={classes.small}>until {dayText(new Date(contract.ends_at))}</div>}
              {contract.executed_at && (
                <div className={classes.small}>
                  Signed PDF: {[contract, ...contract.amendments.filter(({ executed_at }) => executed_at)].map(({ id, number }, at) => (
                    <Fragment key={id}>{at > 0 && ", "}<a href={`/v1/contracts/${id}/paper`} download aria-label={`Signed PDF of ${number}`}>{number}</a></Fragment>
                  ))}
                </div>
              )}
            </span>
            <StatusChip noun="contract" state={contract.state} />
          </div>
        )}
        {!offer && !contract && <p className="soft" style={{ margin: 0 }}>No offer was made yet.</p>}
        {offer && <Asked key={offer.id} partnership={partnership} offer={offer} />}
        {offer && <Negotiation changes={offer.changes} before={offer.before} asks={`${summary.creator.name} asked for`} />}
        {offer && (
          <details className={classes.terms}>
            <summary>Terms</summary>
            <TermsView terms={offer.terms} currency={offer.fee.currency} />
          </details>
        )}
      </Section>

      <KeyDates partnershipId={summary.id} />

      <Suspense fallback={<Section title="Files"><LoadingLines lines={2} /></Section>}><Files partnershipId={summary.id} /></Suspense>

      <Section title="Contacts">
        {contacts.length === 0 && <p className="soft" style={{ margin: 0 }}>No address is known. Add one on the <Link to="/creators/$id" params={{ id: summary.creator.id }}>creator’s page</Link>.</p>}
        <ul className={classes.rows}>
          {contacts.map((contact) => (
            <li key={contact.id ?? contact.email}>
              <div style={{ overflowWrap: "anywhere" }}>
                {contact.name || contact.email}
                {contact.name && <div className={classes.small}>{contact.email}</div>}
              </div>
              <span className={classes.small}>{words(contact.role)}</span>
            </li>
          ))}
        </ul>
      </Section>
    </>
  );
}
