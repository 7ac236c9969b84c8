import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconHandStop } from "@tabler/icons-react";
import { Fragment } from "react";

import { paymentsGateQuery } from "../../api/queries";
import { Money } from "../Money";
import { Notice } from "../Notice";
import { RelativeTime } from "../RelativeTime";

/** Says why payments that are right in themselves are not sent, how many wait, and what to do; nothing when nothing is in the way. */
export function GateNotices({ linked = false }: { /** Leads to the desk where it is put right. */ linked?: boolean }) {
  const { data } = useQuery(paymentsGateQuery);
  if (!data || (data.holds.length === 0 && data.waiting.length === 0)) return null;
  return (
    <div style={{ display: "flex", flexDirection: "column", gap: 8, marginBottom: 12 }}>
      {data.holds.map((hold) => {
        const waiting = data.waiting.filter(({ reason }) => reason === hold.reason);
        return (
          <Notice key={hold.reason} tone={hold.reason === "missing_here" ? "attention" : "danger"} icon={IconHandStop} title={hold.title} role="status">
            <div>{hold.detail}</div>
            {hold.since && <div className="soft">Since <RelativeTime at={hold.since} /></div>}
            {waiting.map((brand) => (
              <div key={brand.brand_id}>
                {brand.brand_name}: {brand.count === 1 ? "1 payment waits" : `${brand.count} payments wait`}
                {brand.amounts.map((amount) => <Fragment key={amount.currency}>, <Money value={amount} /></Fragment>)}
              </div>
            ))}
            {linked && hold.reason !== "paused" && <Link to="/reconciliation">See the comparison with Stripe</Link>}
          </Notice>
        );
      })}
    </div>
  );
}
