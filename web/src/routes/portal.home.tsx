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
import { Money } from "../components/Money";
import { EmptyState, LoadFailed, ProblemNotice } from "../components/Notice";
import { Section } from "../components/Page";
import { Absences } from "../components/portal/Absences";
import { BankAccount } from "../components/portal/BankAccount";
import { DeliverableCard } from "../components/portal/DeliverableCard";
import { OfferCard } from "../components/portal/OfferCard";
import classes from "../components/portal/Portal.module.css";
import { State } from "../components/portal/State";
import { useShowHome } from "../components/portal/useHome";
import { When } from "../components/portal/When";
import { useSay } from "../components/portal/words/Words";
import { yearOf } from "../components/reports/Period";
import { exactText } from "../lib/time";
import { useTitle } from "../lib/title";

export const Route = createFileRoute("/portal/home")({ component: Home });

function Home() {
  const say = useSay();
  useTitle(say("home.title"));
  const home = useQuery(portalHomeQuery);
  if (home.data) return <Shown home={home.data} />;
  if (!home.error) return <LoadingPage />;
  const problem = asProblem(home.error);
  if (problem.status === 401 || problem.status === 403) {
    return (
      <EmptyState icon={IconLinkOff} title={say("ended.title")} alert page>
        {say("ended.text")}
      </EmptyState>
    );
  }
  return <LoadFailed page error={problem} retry={() => void home.refetch()} />;
}

function Shown({ home }: { home: PortalHome }) {
  const say = useSay();
  const { offer, contract, signed, deliverables, payments } = home;
  // The pieces and payments of two terms have the same names.
  const several = new Set([...deliverables, ...payments].map(({ term }) => term)).size > 1;
  const titleOf = ({ title, term }: { title: string; term: number }) => (several ? say("home.ofTerm", { title, term }) : title);
  return (
    <>
      <div>
        <h1 className={classes.title}>{say("home.hello", { name: home.creator_name })}</h1>
        <div className="soft">
          {say("home.campaign", { campaign: home.campaign_name, brand: home.brand_name })}
        </div>
      </div>

      <section className={classes.next} aria-label={say("home.nextLabel")}>
        <div className={classes.nextLabel}>{say("home.next")}</div>
        <div className={classes.nextText}>{home.next ?? say("home.nothing")}</div>
        {home.next_by && (
          <div>
            {say("home.by", { at: <When key="at" at={home.next_by} /> })}
          </div>
        )}
      </section>

      {offer && <OfferCard offer={offer} brandName={home.brand_name} />}

      {contract && (
        <Section title={say("contract.section")}>
          <Group justify="space-between">
            <div>
              {titleOf({ title: contract.number, term: contract.term })}
              {contract.ends_at && <div className="soft">{say("contract.runsUntil", { at: exactText(new Date(contract.ends_at)) })}</div>}
              {contract.executed_at && <div><a href={`/v1/portal/contracts/${contract.id}/paper`} download>{say("contract.paperShort")}</a></div>}
            </div>
            <State noun="contract" state={contract.state} />
          </Group>
          <Button
            mt="sm"
            fullWidth
            size="md"
            variant={contract.state === "out_for_signature" ? "filled" : "default"}
            leftSection={contract.state === "out_for_signature" && <IconSignature size={18} aria-hidden />}
            renderRoot={(props) => <Link to="/portal/contracts/$id" params={{ id: contract.id }} {...props} />}
          >
            {say(contract.state === "out_for_signature" ? "contract.readAndSign" : "contract.read")}
          </Button>
          {signed.map(({ id, number, term, state, ends_at }) => (
            <Group key={id} justify="space-between" mt="sm">
              <div>
                <Link to="/portal/contracts/$id" params={{ id }}>{titleOf({ title: number, term })}</Link>
                {ends_at && <div className="soft">{say("contract.runsUntil", { at: exactText(new Date(ends_at)) })}</div>}
              </div>
              <State noun="contract" state={state} />
            </Group>
          ))}
        </Section>
      )}

      {home.needs_onboarding && <BankAccount state={home.payee_state} />}

      {deliverables.map((deliverable) => (
        <DeliverableCard key={deliverable.id} deliverable={{ ...deliverable, title: titleOf(deliverable) }} />
      ))}

      <Section title={say("payments.title")}>
        {payments.length === 0 ? (
          <p className="soft" style={{ margin: 0 }}>{say("payments.none")}</p>
        ) : (
          <ul className={classes.payments}>
            {payments.map((payment) => (
              <li key={payment.id}>
                <div>
                  {titleOf(payment)}
                  <div className="soft">
                    {payment.state}
                    {payment.paid_at ? <>, <When at={payment.paid_at} />, <a href={`/v1/portal/payments/${payment.id}/remittance`} download>{say("payments.remittance")}</a></> : payment.expected_at && <>, {say("payments.expected", { at: <When key="at" at={payment.expected_at} /> })}</>}
                    {payment.bank && <><br />{payment.bank}</>}
                  </div>
                </div>
                <strong><Money value={payment.amount} /></strong>
              </li>
            ))}
          </ul>
        )}
        {payments.length > 0 && (
          <p style={{ margin: "8px 0 0" }}>
            <Link to="/portal/statement">{say("payments.account")}</Link><br />
            <a href={fileAddress("/v1/portal/statement/export", { ...yearOf(new Date()), format: "pdf" })} download>{say("payments.statement")}</a>
          </p>
        )}
        {!home.needs_onboarding && home.payee_state !== "ready" && <div className={classes.payee}><State noun="payee" state={home.payee_state} /></div>}
      </Section>
      {home.payee_state === "ready" && <BankAccount state="ready" />}

      {home.others.length > 0 && <Others home={home} />}

      <Absences />

      {home.brief && (
        <Section title={say("home.brief")}>
          <div className="prewrap">{home.brief}</div>
        </Section>
      )}
      <Unsubscribe brandName={home.brand_name} />
    </>
  );
}

function Others({ home: { brand_name, others } }: { home: PortalHome }) {
  const say = useSay();
  const show = useShowHome();
  const visit = useAct({
    run: ({ id }: { id: string }, key) => body(api.POST("/v1/portal/partnerships/{id}/visit", { params: { path: { id }, header: { "Idempotency-Key": key } }, body: {} })),
    then: (home) => {
      show(home);
      window.scrollTo(0, 0);
    },
    touches: ["portal"],
  });
  return (
    <Section title={say("others.title", { brand: brand_name })}>
      <p className="soft" style={{ margin: 0 }}>{say("others.text")}</p>
      {others.map(({ id, campaign_name: campaign, state }) => (
        <Group key={id} justify="space-between" mt="sm" wrap="nowrap">
          <div>
            {campaign}
            <div className="soft">{state}</div>
          </div>
          <Button variant="default" aria-label={say("others.openOf", { campaign })} loading={visit.isPending && visit.variables.id === id} disabled={visit.isPending} onClick={() => visit.mutate({ id })}>
            {say("others.open")}
          </Button>
        </Group>
      ))}
      <ProblemNotice problem={visit.error} />
    </Section>
  );
}

function Unsubscribe({ brandName }: { brandName: string }) {
  const say = useSay();
  const stop = useAct({ run: (_: object, key) => body(api.POST("/v1/portal/unsubscribe", { params: { header: { "Idempotency-Key": key } }, body: {} })) });
  if (stop.isSuccess) return <p className="soft" role="status">{say("home.stopped", { brand: brandName })}</p>;
  return (
    <div>
      <Button variant="subtle" color="gray" size="sm" rightSection={<IconArrowRight size={14} aria-hidden />} loading={stop.isPending} onClick={() => stop.mutate({})}>
        {say("home.stop", { brand: brandName })}
      </Button>
      <ProblemNotice problem={stop.error} />
    </div>
  );
}
