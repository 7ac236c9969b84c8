import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconAlertTriangle, IconScale } from "@tabler/icons-react";

import { reconciliationsQuery } from "../../api/queries";
import { LoadingLines } from "../Loading";
import { EmptyState, LoadFailed } from "../Notice";
import { RelativeTime } from "../RelativeTime";

/** What it means that no case is open: it depends on what the last comparison found, and on whether there was one. */
export default function NoBreaks() {
  const runs = useQuery(reconciliationsQuery);
  if (runs.error && !runs.data) return <LoadFailed error={runs.error} retry={() => void runs.refetch()} />;
  if (!runs.data) return <LoadingLines lines={2} />;
  const last = runs.data.items.find(({ finished_at }) => finished_at !== undefined);
  const stuck = runs.data.items.find(({ state, problem }) => state === "running" && problem);
  const desk = <Link to="/reconciliation">See the comparisons</Link>;
  const until = last && <>The last one that ended: <RelativeTime at={last.finished_at} />.</>;
  if (stuck) return <EmptyState icon={IconAlertTriangle} title="A comparison did not end" action={desk}>{stuck.problem} It is tried again by itself. {until}</EmptyState>;
  if (!last && runs.data.items.length > 0) return <EmptyState icon={IconScale} title="The books are being compared for the first time">What the comparison with Stripe finds is listed here.</EmptyState>;
  if (!last) return <EmptyState icon={IconScale} title="The books were never compared" action={<Link to="/reconciliation">Compare them</Link>}>Nobody knows yet whether they agree with Stripe. They are compared each night.</EmptyState>;
  if (last.state === "failed") return <EmptyState icon={IconAlertTriangle} title="The last comparison failed" action={desk}>Whether the books agree with Stripe is not known. It ended <RelativeTime at={last.finished_at} />.</EmptyState>;
  if (last.state === "breaks") return <EmptyState icon={IconScale} title="Nothing to explain here" action={desk}>What the comparison found (<RelativeTime at={last.finished_at} />) is explained, or not about this brand.</EmptyState>;
  return <EmptyState icon={IconScale} title="The books agree with Stripe">Compared <RelativeTime at={last.finished_at} />. A difference that the next comparison finds is listed here until somebody explains it.</EmptyState>;
}
