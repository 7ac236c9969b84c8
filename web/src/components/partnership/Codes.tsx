import { Button } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";

import type { Partnership } from "../../api/schema";
import { hasRole, useSession } from "../../lib/session";
import classes from "./Deal.module.css";

const CodesForm = lazy(() => import("./CodesForm"));

/** The promo code and the tracked link that the creator must name; the checks of a draft look for them. */
export function Codes({ partnership }: { partnership: Partnership }) {
  const session = useSession();
  const [editing, setEditing] = useState(false);
  const { codes, summary } = partnership;
  const works = hasRole(session, ["ops", "admin"], summary.brand_id);
  if (editing) return <Suspense><CodesForm partnershipId={summary.id} codes={codes} onClose={() => setEditing(false)} /></Suspense>;
  return (
    <div className={classes.codes}>
      <dl>
        <dt>Promo code</dt>
        <dd>{codes.promo_code ? <code>{codes.promo_code}</code> : <span className="soft">none</span>}</dd>
        <dt>Tracked link</dt>
        <dd>
          {!codes.tracked_link ? <span className="soft">none</span> : /^https?:/.test(codes.tracked_link) ? (
            <a href={codes.tracked_link} target="_blank" rel="noreferrer noopener">{codes.tracked_link} <IconExternalLink size={12} aria-label="opens elsewhere" /></a>
          ) : codes.tracked_link}
        </dd>
      </dl>
      {works && <Button size="compact-sm" variant="default" onClick={() => setEditing(true)}>{codes.promo_code || codes.tracked_link ? "Change code or link" : "Set code or link"}</Button>}
    </div>
  );
}
