import { Button, Checkbox, Stack, TextInput } from "@mantine/core";
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
import classes from "../components/portal/Portal.module.css";
import { SignElsewhere } from "../components/portal/SignElsewhere";
import { RelativeTime } from "../components/RelativeTime";
import { StatusChip } from "../components/StatusChip";
import { exactText } from "../lib/time";
import { useTitle } from "../lib/title";

export const Route = createFileRoute("/portal/contracts/$id")({ component: PortalContract });

function PortalContract() {
  useTitle("Your contract");
  const { id } = Route.useParams();
  const contract = useQuery(portalContractQuery(id));
  if (contract.error && !contract.data) return <LoadFailed page error={contract.error} retry={() => void contract.refetch()} />;
  if (!contract.data) return <LoadingPage />;
  return <Shown contract={contract.data} />;
}

function Shown({ contract }: { contract: Contract }) {
  return (
    <>
      <div>
        <Link to="/portal/home">Your page</Link>
        <h1 className={classes.title}>{contract.amends ? "Amendment" : "Contract"} {contract.number}</h1>
        <StatusChip noun="contract" state={contract.state} />
      </div>
      <Section title="In short">
        <Facts
          facts={[
            ["With", contract.brand_name],
            ["Fee", <Money key="fee" value={contract.fee} />],
            ["To sign by", contract.state === "out_for_signature" && contract.expires_at ? <>{exactText(new Date(contract.expires_at))} (<RelativeTime at={contract.expires_at} />)</> : undefined],
            ["Runs until", contract.ends_at && exactText(new Date(contract.ends_at))],
          ]}
        />
      </Section>
      {contract.amends && (
        <p style={{ margin: 0 }}>
          It changes <Link to="/portal/contracts/$id" params={{ id: contract.amends.id }}>contract {contract.amends.number}</Link>.{contract.state === "out_for_signature" && " Until you have signed, everything goes on as it was agreed."}
        </p>
      )}
      <Section title="The whole text">
        <ContractText text={contract.text} />
      </Section>
      {contract.amendments.length > 0 && (
        <Section title="Amendments">
          <ul style={{ margin: 0, paddingLeft: 18 }}>
            {contract.amendments.map(({ id, number, state }) => (
              <li key={id}><Link to="/portal/contracts/$id" params={{ id }}>{number}</Link> <StatusChip noun="contract" state={state ?? ""} /></li>
            ))}
          </ul>
        </Section>
      )}
      {contract.signatures.length > 0 && (
        <Section title="Signatures">
          <ul style={{ margin: 0, paddingLeft: 18 }}>
            {contract.signatures.map(({ party, name, at }) => <li key={party}>{name} for the {party}, {exactText(new Date(at))}</li>)}
          </ul>
        </Section>
      )}
      {contract.paper_sha256 && (
        <Button size="md" variant="default" leftSection={<IconDownload size={18} aria-hidden />} component="a" href={`/v1/portal/contracts/${contract.id}/paper`} download>Signed PDF with certificate</Button>
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
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [agreed, setAgreed] = useState(false);
  const [code, setCode] = useState("");
  const [declining, setDeclining] = useState(false);
  const sign = useAct({
    run: async (signature: SignatureCreate, key) =>
      body(api.POST("/v1/portal/contracts/{id}/signatures", {
        params: { path: { id: contract.id }, header: { "Idempotency-Key": key } },
        body: { ...signature, text_sha256: await hashOf(contract.text), consent: contract.consent },
      })),
    close: () => void navigate({ to: "/portal/home" }),
    then: (home) => queries.setQueryData(portalHomeQuery.queryKey, home),
    done: declining ? "The brand is told that you do not sign" : "Signed. The signed PDF is on the contract’s page.",
    touches: ["portal"],
  });
  const errors = sign.error?.byField ?? {};
  const elsewhere = contract.elsewhere;

  return (
    <Section title="Sign">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          // Enter in the name's field sends the form before there is a button that would.
          if (!declining && (code === "" || !agreed)) return;
          sign.mutate(declining ? { decision: "decline" } : { decision: "sign", name, code });
        }}
      >
        <Stack gap="sm">
          {declining ? (
            <>
              <p style={{ margin: 0 }}>{contract.amends ? "The amendment ends here. Everything goes on as it was agreed before." : "The contract ends here. The brand can go on talking with you about another one."}</p>
              <ProblemNotice problem={sign.error} />
              <Button type="submit" size="md" color="red" loading={sign.isPending}>Yes, do not sign</Button>
              <Button size="md" variant="default" onClick={() => setDeclining(false)}>Go back</Button>
            </>
          ) : (
            <>
              {elsewhere ? (
                <SignElsewhere elsewhere={elsewhere} />
              ) : (
                <>
                  <TextInput label="Your full name" description="It stands as your signature" required autoComplete="name" value={name} onChange={(event) => setName(event.currentTarget.value)} error={errors.name} />
                  <Checkbox label={contract.consent} checked={agreed} onChange={(event) => setAgreed(event.currentTarget.checked)} />
                  <MailedCode value={code} onChange={setCode} error={errors.code} />
                  <ProblemNotice problem={sign.error} shownFields={["name", "code"]} />
                  {code !== "" && <Button type="submit" size="md" disabled={!agreed || name.trim() === ""} loading={sign.isPending}>{contract.amends ? "Sign the amendment" : "Sign the contract"}</Button>}
                </>
              )}
              <Button size="md" variant="subtle" color="gray" onClick={() => setDeclining(true)}>I do not want to sign</Button>
            </>
          )}
        </Stack>
      </form>
    </Section>
  );
}
