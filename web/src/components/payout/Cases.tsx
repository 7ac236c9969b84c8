import { Button, Group } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import type { Case } from "../../api/schema";
import { Money } from "../Money";
import { RelativeTime } from "../RelativeTime";
import { StatusChip } from "../StatusChip";
import { BookTopUp } from "./BookTopUp";
import { CaseDialog, type CaseStep } from "./CaseDialog";
import classes from "./Cases.module.css";

/** The differences between the books, ours and theirs side by side, and what a person can do about each. */
export function Cases({ cases }: { cases: Case[] }) {
  const [open, setOpen] = useState<{ of: Case; step: CaseStep } | null>(null);
  return (
    <>
      <ul className={classes.list}>
        {cases.map((one) => (
          <li key={one.id} className={classes.case}>
            <div className={classes.head}>
              <StatusChip noun="difference" state={one.kind} />
              <strong>{one.about}</strong>
              {one.state !== "open" && <StatusChip noun="differenceCase" state={one.state} />}
              <span className="soft">Found <RelativeTime at={one.first_seen_at} />, seen last <RelativeTime at={one.last_seen_at} /></span>
              {one.gone_at && one.state === "open" && <span className="soft">The newest comparison found nothing wrong any more; close it with what you know.</span>}
            </div>
            <div>{one.detail}{one.differs.length > 0 && ` They differ in ${one.differs.join(", ")}.`}</div>
            <div className={classes.sides}>
              <div className={classes.side}>
                <h4>Ledger</h4>
                {one.ours ? <Money value={one.ours} /> : <span className="soft">Does not have it</span>}
                {one.payout_id && <div><Link to="/payouts/$id" params={{ id: one.payout_id }}>Payment{one.creator_name && ` to ${one.creator_name}`}</Link></div>}
                <div className="soft">{one.brand_name ?? "Of no brand that we know"}</div>
              </div>
              <div className={classes.side}>
                <h4>Stripe</h4>
                {one.theirs ? <Money value={one.theirs} /> : <span className="soft">Does not have it</span>}
                {one.external_ref && <div><code>{one.external_ref}</code></div>}
                {one.destination && <div className="soft">To {one.destination}</div>}
              </div>
              <div className={classes.side}>
                <h4>Looked at by</h4>
                {one.owner?.name ?? <span className="soft">Nobody yet</span>}
                <div className="soft">Moved <RelativeTime at={one.at} /></div>
                {one.closed_by && <div className="soft">Closed by {one.closed_by.name} <RelativeTime at={one.closed_at} />: {one.reason}</div>}
              </div>
            </div>
            <BookTopUp of={one} />
            {one.may_change && (
              <Group gap="xs">
                {one.state === "open" && <Button size="xs" onClick={() => setOpen({ of: one, step: "close" })}>Close…</Button>}
                {one.state === "open" && <Button size="xs" variant="default" onClick={() => setOpen({ of: one, step: "assign" })}>Assign…</Button>}
                <Button size="xs" variant="default" onClick={() => setOpen({ of: one, step: "note" })}>Note…</Button>
              </Group>
            )}
            {one.notes.length > 0 && (
              <ul className={classes.notes}>
                {one.notes.map((note) => (
                  <li key={`${note.at}-${note.text}`}>{note.text} <span className="soft">{note.author ? `${note.author}, ` : ""}<RelativeTime at={note.at} /></span></li>
                ))}
              </ul>
            )}
          </li>
        ))}
      </ul>
      {open && <CaseDialog of={open.of} step={open.step} onClose={() => setOpen(null)} />}
    </>
  );
}
