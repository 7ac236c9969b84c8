import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { reviewQuery, submissionsQuery } from "../../api/queries";
import type { Review } from "../../api/schema";
import { LoadingLines } from "../Loading";
import { LoadFailed, Notice } from "../Notice";
import { RelativeTime } from "../RelativeTime";
import classes from "./Review.module.css";

/** Says what is different in the version that came meanwhile, and leads to it. Nothing was decided. */
export default function NewerVersion({ review, decidedOn, onClose }: { review: Review; decidedOn: { submission: string; version: number }; onClose: () => void }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const versions = useQuery({ ...submissionsQuery(review.deliverable.id), staleTime: 0 });
  const newest = versions.data?.items.reduce((one, other) => (other.version > one.version ? other : one));
  const other = newest?.review_id;
  const its = useQuery({ ...reviewQuery(other ?? ""), enabled: other !== undefined });

  if (versions.error) return <LoadFailed error={versions.error} retry={() => void versions.refetch()} />;
  if (!newest || (other && its.isPending)) return <LoadingLines lines={2} />;
  if (newest.id === decidedOn.submission) {
    return (
      <Notice tone="attention" title="This is still the newest version">
        <p className={classes.noticeText}>Who is asked, or the stage, changed meanwhile. Your words stay here until you close this.</p>
        <Button size="xs" variant="default" onClick={() => {
          onClose();
          void queries.invalidateQueries({ queryKey: ["review"] });
        }}>Look at the review again</Button>
      </Notice>
    );
  }
  const changed = its.data?.changed ?? [];
  return (
    <Notice tone="attention" title={`Version ${newest.version} was handed in`}>
      <div>It came <RelativeTime at={newest.created_at} />. You looked at version {decidedOn.version}; nothing was decided.</div>
      {changed.length > 0 ? (
        <ul className={classes.plain} aria-label="What is different">
          {changed.map((line) => <li key={line}>{line}</li>)}
        </ul>
      ) : <p className={classes.noticeText}>{other ? "What is different is shown on its page." : "Its review begins in a moment."}</p>}
      {other && (
        <Button
          size="xs"
          onClick={() => {
            if (other === review.summary.id) onClose();
            else void navigate({ to: "/reviews/$id", params: { id: other }, search: (search) => ({ ...search, decide: undefined }) });
          }}
        >
          Look at version {newest.version}
        </Button>
      )}
    </Notice>
  );
}
