import { Button, Checkbox, Stack, Textarea, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../api/act";
import { api, body } from "../api/client";
import { portalContractQuery, portalHomeQuery } from "../api/queries";
import type { Contract, SignatureCreate } from "../api/schema";
import { ContractText } from "../components/ContractText";
import { LoadingPage } from "../components/Loading";
import { Money } from "../components/Money";
import { LoadFailed, ProblemNotice } from "../components/Notice";
import { Facts, Section } from "../components/Page";
import { MailedCode } from "../components/portal/MailedCode";
import { Changes } from "../components/portal/Negotiation";
import classes from "../components/portal/Portal.module.css";
import { SignElsewhere } from "../components/portal/SignElsewhere";
import { State } from "../components/portal/State";
import { When } from "../components/portal/When";
import { useSay } from "../components/portal/words/Words";
import { moneyText } from "../lib/money";
import { exactText } from "../lib/time";
import { useTitle } from "../lib/title";

export const Route = createFileRoute("/portal/contracts/$id")({ component: PortalContract });

function PortalContract() {
  useTitle(useSay()("contract.pageTitle"));
  const { id } = Route.useParams();
  const contract = useQuery(portalContractQuery(id));
  if (contract.error && !contract.data) return <LoadFailed page error={contract.error} retry={() => void contract.refetch()} />;
  if (!contract.data) return <LoadingPage />;
  return <Shown contract={contract.data} />;
}

function Shown({ contract }: { contract: Contract }) {
  const say = useSay();
  const option = contract.terms.renewal_option;
  return (
    <>
      <div>
        <Link to="/portal/home">{say("home.title")}</Link>
        <h1 className={classes.title}>{say(contract.amends ? "contract.amendment" : "contract.number", { number: contract.number })}</h1>
        <State noun="contract" state={contract.state} />
      </div>
      <Section title={say("contract.short")}>
        <Facts
          facts={[
            [say("contract.with"), contract.brand_name],
            [say("contract.fee"), <Money key="fee" value={contract.fee} />],
            [say("contract.signBy"), contract.state === "out_for_signature" && contract.expires_at ? <When at={contract.expires_at} /> : undefined],
            [say("contract.until"), contract.ends_at && exactText(new Date(contract.ends_at))],
            [say("terms.option"), option && say(contract.amends ? "terms.optionAmended" : "terms.optionText", { days: option.notice_days, fee: moneyText({ amount: option.fee, currency: contract.fee.currency }) })],
          ]}
        />
      </Section>
      {contract.amends && (
        <p style={{ margin: 0 }}>
          {say("contract.changes", { contract: <Link key="link" to="/portal/contracts/$id" params={{ id: contract.amends.id }}>{say("contract.changesLink", { number: contract.amends.number })}</Link> })}
          {contract.state === "out_for_signature" && ` ${say("contract.goesOn")}`}
        </p>
      )}
      {contract.changes && contract.changes.length > 0 && (
        <Section title={say("contract.changed")}>
          <Changes lines={contract.changes} />
        </Section>
      )}
      {contract.extended && !contract.changes && (
        <Section title={say("contract.longer")}>
          <ul style={{ margin: 0, paddingLeft: 18 }}>
            {contract.extended.map(({ kind, posts, at, until }) => (
              <li key={`${kind}/${at}/${posts.join()}`}>
                {say("contract.longerUntil", { kind, posts: posts.map((title) => say("contract.post", { title })).join(", "), at: exactText(new Date(at)), until: exactText(new Date(until)) })}
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title={say("contract.text")}>
        <p className="soft" style={{ marginTop: 0 }}>{say("contract.language")}</p>
        <div lang={contract.locale}><ContractText text={contract.text} /></div>
      </Section>
      {contract.amendments.length > 0 && (
        <Section title={say("contract.amendments")}>
          <ul style={{ margin: 0, paddingLeft: 18 }}>
            {contract.amendments.map(({ id, number, state }) => (
              <li key={id}><Link to="/portal/contracts/$id" params={{ id }}>{number}</Link> <State noun="contract" state={state ?? ""} /></li>
            ))}
          </ul>
        </Section>
      )}
      {contract.signatures.length > 0 && (
        <Section title={say("contract.signatures")}>
          <ul style={{ margin: 0, paddingLeft: 18 }}>
            {contract.signatures.map(({ party, name, at }) => <li key={party}>{say("contract.signature", { name, party, at: exactText(new Date(at)) })}</li>)}
          </ul>
        </Section>
      )}
      {contract.paper_sha256 && (
        <Button size="md" variant="default" leftSection={<IconDownload size={18} aria-hidden />} component="a" href={`/v1/portal/contracts/${contract.id}/paper`} download>{say("contract.paper")}</Button>
      )}
      {contract.elsewhere?.sealed_sha256 && (
        <Button size="md" variant="default" leftSection={<IconDownload size={18} aria-hidden />} component="a" href={`/v1/portal/contracts/${contract.id}/paper?sealed=true`} download>{say("contract.sealed")}</Button>
      )}
      {contract.state === "out_for_signature" && <Sign contract={contract} />}
    </>
  );
}

/** The hash of exactly the words that stand on the page, so that nothing else can be signed. */
async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function Sign({ contract }: { contract: Contract }) {
  const say = useSay();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [agreed, setAgreed] = useState(false);
  const [code, setCode] = useState("");
  const [declining, setDeclining] = useState(false);
  const [message, setMessage] = useState("");
  const sign = useAct({
    run: async (signature: SignatureCreate, key) =>
      body(api.POST("/v1/portal/contracts/{id}/signatures", {
        params: { path: { id: contract.id }, header: { "Idempotency-Key": key } },
        body: { ...signature, text_sha256: await hashOf(contract.text), consent: contract.consent },
      })),
    close: () => void navigate({ to: "/portal/home" }),
    then: (home) => queries.setQueryData(portalHomeQuery.queryKey, home),
    done: say(declining ? "sign.declined" : "sign.done"),
    touches: ["portal"],
  });
  const errors = sign.error?.byField ?? {};
  const elsewhere = contract.elsewhere;

  return (
    <Section title={say("sign.title")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          // Enter in the name's field sends the form before there is a button that would.
          if (!declining && (code === "" || !agreed)) return;
          sign.mutate(declining ? { decision: "decline", message: message.trim() || undefined } : { decision: "sign", name, code });
        }}
      >
        <Stack gap="sm">
          {declining ? (
            <>
              <p style={{ margin: 0 }}>{say(contract.amends ? "sign.noAmendment" : "sign.noContract")}</p>
              <Textarea label={say("message")} description={say("ifYouLike")} autosize minRows={2} value={message} onChange={(event) => setMessage(event.currentTarget.value)} error={errors.message} />
              <ProblemNotice problem={sign.error} shownFields={["message"]} />
              <Button type="submit" size="md" color="red" loading={sign.isPending}>{say("sign.noYes")}</Button>
              <Button size="md" variant="default" onClick={() => setDeclining(false)}>{say("back")}</Button>
            </>
          ) : (
            <>
              {elsewhere ? (
                <SignElsewhere elsewhere={elsewhere} />
              ) : (
                <>
                  <TextInput label={say("sign.name")} description={say("sign.nameHint")} required autoComplete="name" value={name} onChange={(event) => setName(event.currentTarget.value)} error={errors.name} />
                  <Checkbox label={<span lang={contract.locale}>{contract.consent}</span>} checked={agreed} onChange={(event) => setAgreed(event.currentTarget.checked)} />
                  <MailedCode value={code} onChange={setCode} error={errors.code} />
                  <ProblemNotice problem={sign.error} shownFields={["name", "code"]} />
                  {code !== "" && <Button type="submit" size="md" disabled={!agreed || name.trim() === ""} loading={sign.isPending}>{say(contract.amends ? "sign.amendment" : "sign.contract")}</Button>}
                </>
              )}
              <Button size="md" variant="subtle" color="gray" onClick={() => setDeclining(true)}>{say("sign.no")}</Button>
            </>
          )}
        </Stack>
      </form>
    </Section>
  );
}
