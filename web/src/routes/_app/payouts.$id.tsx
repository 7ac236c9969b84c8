import { Button, Group } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute, Link } from "@tanstack/react-router";
import { IconDownload, IconPrinter, IconUserCheck } from "@tabler/icons-react";
import { useState } from "react";

import { historyQuery, payoutQuery, warm } from "../../api/queries";
import type { ApprovalCreate, Payout, PayoutAttempt, PayoutCommand } from "../../api/schema";
import { CommandButton, refusal } from "../../components/CommandButton";
import { CommandList } from "../../components/CommandList";
import table from "../../components/DataTable.module.css";
import { LoadingLines } from "../../components/Loading";
import { Money } from "../../components/Money";
import { LoadFailed, Notice } from "../../components/Notice";
import { Facts, Page, Section } from "../../components/Page";
import { OfflineSection, PayOfflineDialog, RecordDialog } from "../../components/payout/Offline";
import { ApproveDialog, Evidence, PayoutDialog, partWords } from "../../components/payout/PayoutDialogs";
import { FoundTransfers } from "../../components/payout/FoundTransfers";
import { Holds } from "../../components/payout/Holds";
import { Reversals } from "../../components/payout/Reversals";
import { RelativeTime } from "../../components/RelativeTime";
import { StatusChip } from "../../components/StatusChip";
import { Timeline } from "../../components/Timeline";
import { moneyText } from "../../lib/money";
import { books, hasRole, useSession } from "../../lib/session";
import { useShortcuts } from "../../lib/shortcuts";
import { words } from "../../lib/states";
import { exactText } from "../../lib/time";
import classes from "./campaign.module.css";

export const Route = createFileRoute("/_app/payouts/$id")({
  loader: ({ context, params }) => warm(context.queryClient, payoutQuery(params.id)),
  component: PayoutPage,
});

type Asked = { kind: "approve"; part: ApprovalCreate["part"] } | { kind: "command"; command: PayoutCommand["command"]; label: string } | { kind: "record" };

function PayoutPage() {
  const { id } = Route.useParams();
  const { data: payout } = useSuspenseQuery(payoutQuery(id));
  const { summary } = payout;
  const [asked, setAsked] = useState<Asked | null>(null);
  const answers = hasRole(useSession(), books, summary.brand_id);
  const part = payout.approval_parts.find(({ allowed }) => allowed);
  const hold = payout.commands.find(({ command, allowed }) => command === "hold" && allowed);

  useShortcuts("This payout", [
    ...(part ? [{ keys: "a", label: part.label, run: () => setAsked({ kind: "approve", part: part.command as ApprovalCreate["part"] }) }] : []),
    ...(hold ? [{ keys: "h", label: hold.label, run: () => setAsked({ kind: "command", command: "hold", label: hold.label }) }] : []),
  ]);

  return (
    <Page
      title={`${moneyText(summary.amount)} to ${summary.creator.name}`}
      up={{ to: "/payouts", label: "Payments" }}
      actions={
        <>
          <Button variant="default" leftSection={<IconPrinter size={16} aria-hidden />} onClick={() => window.print()}>Print</Button>
          {summary.paid_at && (
            <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />} component="a" href={`/v1/payouts/${id}/remittance`} download>
              Remittance PDF
            </Button>
          )}
        </>
      }
      under={
        <Group gap="md">
          <StatusChip noun="payout" state={summary.state} />
          {summary.offline && <span>{summary.offline.words}</span>}
          <span>{summary.milestone_title}</span>
          <Link to="/partnerships/$id" params={{ id: summary.partnership_id }}>{summary.campaign_name}</Link>
          {summary.paid_at ? <span>Paid <RelativeTime at={summary.paid_at} /></span> : <span>Due <RelativeTime at={summary.due_at} /></span>}
        </Group>
      }
    >
      {summary.state === "held" && <Holds holds={payout.holds} />}
      {summary.state === "unknown" && payout.found_transfers && (
        <Notice tone="attention" title="Stripe moved money for this payment otherwise than it was asked">
          Nothing is sent before that is decided. Either two people accept below what Stripe did as the payment, or somebody takes it back at Stripe:
          what came back whole counts as never sent, and a day after the last try a releaser can let it be sent anew.
        </Notice>
      )}
      {summary.state === "unknown" && !payout.found_transfers && (
        <Notice tone="attention" title="We do not know whether Stripe made the transfer">
          No new attempt is made until reconciliation has settled it, so that nothing is paid twice.
        </Notice>
      )}
      <div className={classes.columns}>
        <div className={classes.column}>
          <Section title="Approvals">
            {payout.needs && <p style={{ margin: "0 0 8px" }}>{payout.needs}</p>}
            <Approvals payout={payout} approve={(part) => setAsked({ kind: "approve", part })} />
          </Section>
          {payout.found_transfers && (
            <Section title="Otherwise than asked">
              <FoundTransfers payout={payout} />
            </Section>
          )}
          {summary.offline && (
            <Section title="Payment outside of Stripe">
              <OfflineSection payout={payout} record={() => setAsked({ kind: "record" })} />
            </Section>
          )}
          {(payout.reversals.length + payout.nettings.length + payout.foreign_reversals.length > 0 || ["paid", "partly_reversed", "reversed"].includes(summary.state)) && (
            <Section title="Taken back">
              <Reversals payout={payout} />
            </Section>
          )}
          <Section title="Attempts" flush>
            <Attempts attempts={payout.attempts} />
          </Section>
          <Section title="Ledger" flush>
            <Ledger payout={payout} />
          </Section>
          {answers && <Reasons payoutId={id} />}
          <Section title="History">
            <Timeline items={payout.events} />
          </Section>
        </div>
        <div className={classes.column}>
          <Section title="What you can do">
            <CommandList
              commands={payout.commands}
              give={({ command, label }) => setAsked({ kind: "command", command: command as PayoutCommand["command"], label })}
              dangerous={["cancel"]}
            />
          </Section>
          <Section title="What it rests on">
            <Evidence payout={payout} />
          </Section>
          <Section title="Payment">
            <Facts
              facts={[
                ["Amount", <Money key="amount" value={summary.amount} />],
                ["Kept of it", summary.kept && <Money key="kept" value={summary.kept} />],
                ["Beyond what was asked", summary.difference && summary.difference.amount > 0 ? <Money key="beyond" value={summary.difference} /> : undefined],
                ["Missing of it", summary.difference && summary.difference.amount < 0 ? <Money key="missing" value={{ ...summary.difference, amount: -summary.difference.amount }} /> : undefined],
                ["Came back", summary.came_back && <Money key="back" value={summary.came_back} />],
                ["From", summary.offline ? `${summary.brand_name}, not from the funds at Stripe` : `Funds of ${summary.brand_name}`],
                ["To", summary.offline ? summary.offline.words : (payout.destination ?? "No bank account yet")],
                ["At the bank", payout.bank && <span key="bank">{payout.bank.words}<div className="soft">Asked <RelativeTime at={payout.bank.read_at} /></div></span>],
                ["Creator", <StatusChip key="payee" noun="payee" state={payout.payee_state} />],
                ["Due", <span key="due"><RelativeTime at={summary.due_at} /><div className="soft">{exactText(new Date(summary.due_at))}</div></span>],
                ["Changed", <RelativeTime key="changed" at={summary.updated_at} />],
              ]}
            />
          </Section>
        </div>
      </div>
      {asked?.kind === "approve" && <ApproveDialog payout={payout} part={asked.part} onClose={() => setAsked(null)} />}
      {asked?.kind === "record" && <RecordDialog payout={payout} onClose={() => setAsked(null)} />}
      {asked?.kind === "command" && asked.command === "pay_offline" && <PayOfflineDialog payout={payout} onClose={() => setAsked(null)} />}
      {asked?.kind === "command" && asked.command !== "pay_offline" && <PayoutDialog payout={payout} command={asked.command} label={asked.label} onClose={() => setAsked(null)} />}
    </Page>
  );
}

/** Events that say again, without the reason, what somebody did. */
const saidTwice = ["payout.payout_held", "payout.payout_cancelled"];

/** What people did about the payment and about money of it that is taken back, with the reasons that they gave. */
function Reasons({ payoutId }: { payoutId: string }) {
  const history = useQuery(historyQuery({ payout_id: payoutId, from: "2000-01-01", limit: 200 }));
  // The events of a reversal, too, repeat what people did.
  const items = history.data?.items.filter(({ actor, noun, key, action }) => actor && !(noun === "reversal" && key.startsWith("f")) && !saidTwice.includes(action));
  return (
    <Section title="Who did what, and why">
      {history.error && !items ? <LoadFailed error={history.error} retry={() => void history.refetch()} /> : !items ? <LoadingLines lines={2} /> : items.length === 0 ? (
        <p className="soft" style={{ margin: 0 }}>Nobody did anything about it yet.</p>
      ) : (
        <ul className={classes.lines}>
          {items.map(({ key, actor, what, reason, at, noun, amount }) => (
            <li key={key}>
              <span><strong>{actor}</strong>: {what}{noun === "reversal" && amount && <>, <Money value={amount} /></>}{reason && <> – “{reason}”</>}</span>
              <span className="soft">{exactText(new Date(at))}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Approvals({ payout, approve }: { payout: Payout; approve: (part: ApprovalCreate["part"]) => void }) {
  const latest = Math.max(0, ...payout.approvals.map(({ round }) => round));
  return (
    <>
      <ul className={classes.lines}>
        {payout.approvals.map((approval) => (
          <li key={`${approval.part}-${approval.round}-${approval.user.id}`}>
            <span>
              <IconUserCheck size={15} aria-hidden style={{ verticalAlign: "-2px" }} /> <strong>{approval.user.name}</strong> as {partWords[approval.part]}
              {approval.round < latest && <span className="soft"> (an earlier round; no longer counts)</span>}
            </span>
            <span>
              <Money value={approval.amount} /> <span className="soft"><RelativeTime at={approval.at} /></span>
              {approval.proved_with && <span className="soft"> · {approval.proved_with === "totp" ? "proved with a code" : "proved with a recovery code"}</span>}
            </span>
          </li>
        ))}
      </ul>
      {payout.approvals.length === 0 && <p className="soft" style={{ margin: 0 }}>Nobody approved it yet.</p>}
      {(payout.summary.state === "awaiting_approval" || payout.approval_parts.some(({ allowed }) => allowed)) && (
        <Group gap="xs" mt="sm" align="flex-start">
          {payout.approval_parts.map((part) => (
            <div key={part.command}>
              <CommandButton reason={refusal(part)} onClick={() => approve(part.command as ApprovalCreate["part"])}>{part.label}</CommandButton>
              {!part.allowed && <div className="soft" style={{ maxWidth: 260, fontSize: 12 }}>{refusal(part)}</div>}
            </div>
          ))}
        </Group>
      )}
    </>
  );
}

function Attempts({ attempts }: { attempts: PayoutAttempt[] }) {
  if (attempts.length === 0) return <p className="soft" style={{ margin: 0, padding: "12px 16px" }}>No attempt was made yet.</p>;
  return (
    <div className={`${table.scroll} ${table.flush}`} tabIndex={0}>
      <table className={table.table}>
        <thead>
          <tr><th scope="col">Attempt</th><th scope="col">Outcome</th><th scope="col">Key and transfer</th><th scope="col">First sent</th><th scope="col">Settled</th></tr>
        </thead>
        <tbody>
          {attempts.map((attempt) => (
            <tr key={attempt.number}>
              <td className="tabular">{attempt.number}</td>
              <td><StatusChip noun="attempt" state={attempt.outcome} />{attempt.error_code && <div className="soft">{words(attempt.error_code)}</div>}</td>
              <td>
                {attempt.key && <div><code className={classes.code}>{attempt.key}</code></div>}
                {attempt.offline ? "Outside of Stripe" : attempt.transfer_id ? <code className={classes.code}>{attempt.transfer_id}</code> : <span className="soft">No transfer yet</span>}
              </td>
              <td><RelativeTime at={attempt.first_sent_at} inList /></td>
              <td><RelativeTime at={attempt.settled_at} inList /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Ledger({ payout }: { payout: Payout }) {
  if (payout.ledger.length === 0) return <p className="soft" style={{ margin: 0, padding: "12px 16px" }}>Nothing is booked yet.</p>;
  return (
    <div className={`${table.scroll} ${table.flush}`} tabIndex={0}>
      <table className={table.table}>
        <thead>
          <tr><th scope="col">When</th><th scope="col">What</th><th scope="col">Account</th><th scope="col" className={table.right}>Debit</th><th scope="col" className={table.right}>Credit</th></tr>
        </thead>
        <tbody>
          {payout.ledger.map((line, at) => {
            const value = <Money value={{ amount: Math.abs(line.amount), currency: line.currency }} />;
            return (
              <tr key={`${line.txn_id}-${at}`}>
                <td><RelativeTime at={line.at} inList /></td>
                <td>{words(line.kind)}</td>
                <td title={line.account}>{words(line.account.split(":")[0] ?? "")}</td>
                <td className={table.right}>{line.amount < 0 && value}</td>
                <td className={table.right}>{line.amount >= 0 && value}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
