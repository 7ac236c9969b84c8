import { Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Link } from "@tanstack/react-router";
import { IconArrowRight, IconLinkOff, IconSignature } from "@tabler/icons-react";

import { useAct } from "../api/act";
import { api, body } from "../api/client";
import { asProblem } from "../api/problem";
import { portalHomeQuery } from "../api/queries";
import type { PortalHome } from "../api/schema";
import { fileAddress } from "../components/Downloads";
import { LoadingPage } from "../components/Loading";
import { PortalAbsences } from "../components/calendar/Absences";
import { Money } from "../components/Money";
import { EmptyState, LoadFailed, ProblemNotice } from "../components/Notice";
import { Section } from "../components/Page";
import { BankAccount } from "../components/portal/BankAccount";
import { DeliverableCard } from "../components/portal/DeliverableCard";
import { OfferCard } from "../components/portal/OfferCard";
import classes from "../components/portal/Portal.module.css";
import { yearOf } from "../components/reports/Period";
import { RelativeTime } from "../components/RelativeTime";
import { StatusChip } from "../components/StatusChip";
import { exactText } from "../lib/time";
import { useTitle } from "../lib/title";

export const Route = createFileRoute("/portal/home")({ component: Home });

function Home() {
  useTitle("Your page");
  const home = useQuery(portalHomeQuery);
  if (home.data) return <Shown home={home.data} />;
  if (!home.error) return <LoadingPage />;
  const problem = asProblem(home.error);
  if (problem.status === 401 || problem.status === 403) {
    return (
      <EmptyState icon={IconLinkOff} title="Your visit has ended" alert page>
        For your safety a visit ends after a while. Open the link in our newest mail to come back; nothing was lost.
      </EmptyState>
    );
  }
  return <LoadFailed page error={problem} retry={() => void home.refetch()} />;
}

function Shown({ home }: { home: PortalHome }) {
  const { offer, contract } = home;
  return (
    <>
      <div>
        <h1 className={classes.title}>Hello {home.creator_name}</h1>
        <div className="soft">
          {home.campaign_name} with {home.brand_name}
        </div>
      </div>

      <section className={classes.next} aria-label="What comes next">
        <div className={classes.nextLabel}>Next</div>
        <div className={classes.nextText}>{home.next ?? "Nothing for you right now. We write when there is."}</div>
        {home.next_by && (
          <div>
            by {exactText(new Date(home.next_by))} (<RelativeTime at={home.next_by} />)
          </div>
        )}
      </section>

      {offer && <OfferCard offer={offer} brandName={home.brand_name} />}

      {contract && (
        <Section title="Contract">
          <Group justify="space-between">
            <div>
              {contract.number}
              {contract.ends_at && <div className="soft">runs until {exactText(new Date(contract.ends_at))}</div>}
              {contract.executed_at && <div><a href={`/v1/portal/contracts/${contract.id}/paper`} download>signed contract (PDF)</a></div>}
            </div>
            <StatusChip noun="contract" state={contract.state} />
          </Group>
          <Button
            mt="sm"
            fullWidth
            size="md"
            variant={contract.state === "out_for_signature" ? "filled" : "default"}
            leftSection={contract.state === "out_for_signature" && <IconSignature size={18} aria-hidden />}
            renderRoot={(props) => <Link to="/portal/contracts/$id" params={{ id: contract.id }} {...props} />}
          >
            {contract.state === "out_for_signature" ? "Read and sign" : "Read the contract"}
          </Button>
        </Section>
      )}

      {home.needs_onboarding && <BankAccount state={home.payee_state} />}

      {home.deliverables.map((deliverable) => (
        <DeliverableCard key={deliverable.id} deliverable={deliverable} />
      ))}

      <Section title="Payments">
        {home.payments.length === 0 ? (
          <p className="soft" style={{ margin: 0 }}>Payments are listed here once a contract is signed.</p>
        ) : (
          <ul className={classes.payments}>
            {home.payments.map((payment) => (
              <li key={payment.id}>
                <div>
                  {payment.title}
                  <div className="soft">
                    {payment.state}
                    {payment.paid_at ? <>, <RelativeTime at={payment.paid_at} />, <a href={`/v1/portal/payments/${payment.id}/remittance`} download>remittance (PDF)</a></> : payment.expected_at && <>, expected <RelativeTime at={payment.expected_at} /></>}
                    {payment.bank && <><br />{payment.bank}</>}
                  </div>
                </div>
                <strong><Money value={payment.amount} /></strong>
              </li>
            ))}
          </ul>
        )}
        {home.payments.length > 0 && (
          <p style={{ margin: "8px 0 0" }}>
            <Link to="/portal/statement">Your account, line by line</Link>, or the <a href={fileAddress("/v1/portal/statement/export", { ...yearOf(new Date()), format: "pdf" })} download>statement of this year (PDF)</a>
          </p>
        )}
        {!home.needs_onboarding && <div className={classes.payee}><StatusChip noun="payee" state={home.payee_state} /></div>}
      </Section>

      <PortalAbsences />

      {home.brief && (
        <Section title="What it is about">
          <div className="prewrap">{home.brief}</div>
        </Section>
      )}
      <Unsubscribe brandName={home.brand_name} />
    </>
  );
}

function Unsubscribe({ brandName }: { brandName: string }) {
  const stop = useAct({ run: (_: object, key) => body(api.POST("/v1/portal/unsubscribe", { params: { header: { "Idempotency-Key": key } }, body: {} })) });
  if (stop.isSuccess) return <p className="soft" role="status">You get no more invitations from {brandName}. Mails about a running contract still come.</p>;
  return (
    <div>
      <Button variant="subtle" color="gray" size="sm" rightSection={<IconArrowRight size={14} aria-hidden />} loading={stop.isPending} onClick={() => stop.mutate({})}>
        No more invitations from {brandName}
      </Button>
      <ProblemNotice problem={stop.error} />
    </div>
  );
}
