import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { campaignHealthQuery } from "../api/queries";
import type { CampaignHealth as Health } from "../api/schema";
import { hasRole, houseRoles, useSession } from "../lib/session";
import { looks } from "../lib/states";
import { spanText } from "../lib/time";
import classes from "./CampaignHealth.module.css";
import table from "./DataTable.module.css";
import { Downloads } from "./Downloads";
import { LoadingLines } from "./Loading";
import { Money } from "./Money";
import { LoadFailed } from "./Notice";
import { Section } from "./Page";

/** How the partnerships of a campaign go, or of all of them: where they stand and for how long, drafts, approvers and budget. */
export default function CampaignHealth({ brandId, campaignId }: { brandId?: string; campaignId?: string }) {
  const health = useQuery(campaignHealthQuery({ brand_id: brandId, campaign_id: campaignId }));
  const exports = hasRole(useSession(), houseRoles, brandId);
  const part = (name: keyof Health, title: string, shown: (health: Health) => ReactNode) => (
    <Section title={title} flush actions={exports && <Downloads small path="/v1/campaign-health/export" query={{ part: name, brand_id: brandId, campaign_id: campaignId }} as={["csv"]} />}>
      {health.data ? shown(health.data) : health.error ? <LoadFailed error={health.error} retry={() => void health.refetch()} /> : <div className={classes.words}><LoadingLines lines={3} /></div>}
    </Section>
  );
  return (
    <div className={classes.parts}>
      {part("stages", "Partnerships by stage", ({ stages }) => <Stages stages={stages} campaignId={campaignId} />)}
      {part("approvers", "Approvers", ({ approvers }) => <Approvers approvers={approvers} />)}
      {part("drafts", "Drafts on time", ({ drafts }) => <Drafts drafts={drafts} />)}
      {/* A campaign's page has its budget already. */}
      {!campaignId && part("budgets", "Budget of running campaigns", ({ budgets }) => <Budgets budgets={budgets} />)}
    </div>
  );
}

const span = (seconds: number | undefined) => (seconds === undefined ? <span className="soft" title="Nobody has done it yet">Not known yet</span> : spanText(seconds * 1000));

function Stages({ stages, campaignId }: { stages: Health["stages"]; campaignId: string | undefined }) {
  if (stages.length === 0) return <p className={classes.words}>No partnership was started yet. <Link to="/campaigns">Open a campaign to start some.</Link></p>;
  const most = Math.max(...stages.map(({ count }) => count));
  return (
    <div className={`${table.scroll} ${table.flush}`} tabIndex={0}>
      <table className={table.table} aria-label="Partnerships by stage">
        <thead>
          <tr>
            <th scope="col">Stage</th>
            <th scope="col" className={table.right}>Partnerships</th>
            <th scope="col"><span title="The middle one of the last thousand stays that are over">Median time</span></th>
            <th scope="col" className={table.right}><span title="In the stage for longer than the median">Longer than that</span></th>
          </tr>
        </thead>
        <tbody>
          {stages.map(({ stage, count, median_seconds, ageing }) => (
            <tr key={stage}>
              <td>
                <Link to="/partnerships" search={{ campaign: campaignId, stage: [stage] }}>{looks.stage[stage].word}</Link>
                <span className={classes.bar} aria-hidden><span style={{ width: `${(count / most) * 100}%` }} /></span>
              </td>
              <td className={table.right}>{count}</td>
              <td>{looks.stage[stage].tone === "progress" || stage === "prospect" ? span(median_seconds) : "–"}</td>
              <td className={`${table.right} ${ageing > 0 ? classes.late : ""}`}>{ageing > 0 ? ageing : "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Approvers({ approvers }: { approvers: Health["approvers"] }) {
  if (approvers.length === 0) return <p className={classes.words}>Nobody was asked to decide yet. It fills with the first draft that a creator hands in.</p>;
  return (
    <div className={`${table.scroll} ${table.flush}`} tabIndex={0}>
      <table className={table.table} aria-label="Approvers">
        <thead>
          <tr>
            <th scope="col">Who</th>
            <th scope="col" className={table.right}>Waiting</th>
            <th scope="col" className={table.right}>Overdue</th>
            <th scope="col"><span title="From the opening of the stage to the decision, over the last 90 days">Median to decide</span></th>
          </tr>
        </thead>
        <tbody>
          {approvers.map(({ user, waiting, late, median_seconds }) => (
            <tr key={user.id}>
              <td>{user.name}</td>
              <td className={table.right}>{waiting}</td>
              <td className={`${table.right} ${late > 0 ? classes.late : ""}`}>{late}</td>
              <td>{span(median_seconds)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Drafts({ drafts: { on_time, late } }: { drafts: Health["drafts"] }) {
  const due = on_time + late;
  if (due === 0) return <p className={classes.words}>No draft was due in the last 90 days.</p>;
  return (
    <div className={classes.words}>
      <p className={classes.rate}><strong>{Math.round((on_time / due) * 100)} %</strong> on time</p>
      <span className={classes.bar} aria-hidden><span style={{ width: `${(on_time / due) * 100}%` }} /></span>
      <p className={classes.says}>{on_time} of {due} first versions due in the last 90 days came by their due time; {late} came later or not yet.</p>
    </div>
  );
}

function Budgets({ budgets }: { budgets: Health["budgets"] }) {
  if (budgets.length === 0) return <p className={classes.words}>No campaign runs now. <Link to="/campaigns">Start one</Link> and its budget is counted here.</p>;
  return (
    <div className={`${table.scroll} ${table.flush}`} tabIndex={0}>
      <table className={table.table} aria-label="Budget of running campaigns">
        <thead>
          <tr>
            <th scope="col">Campaigns</th>
            {["Budget", "Reserved", "Committed", "Paid"].map((word) => <th key={word} scope="col" className={table.right}>{word}</th>)}
          </tr>
        </thead>
        <tbody>
          {budgets.map(({ campaigns, budget, reserved, committed, paid }) => (
            <tr key={budget.currency}>
              <td>
                {campaigns}
                <span className={classes.bar} aria-hidden>
                  <span style={{ width: `${share(paid.amount, budget.amount)}%` }} />
                  <span className={classes.committed} style={{ width: `${share(committed.amount - paid.amount, budget.amount)}%` }} />
                </span>
              </td>
              {[budget, reserved, committed, paid].map((value, at) => <td key={at} className={table.right}><Money value={value} /></td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const share = (part: number, whole: number) => (whole > 0 ? Math.min(100, Math.max(0, (part / whole) * 100)) : 0);
