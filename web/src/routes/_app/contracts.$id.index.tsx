import { Button, Group, Modal, Stack } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute, Link } from "@tanstack/react-router";
import { IconDownload, IconPencil, IconSignature } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { contractDraftQuery, contractQuery, warm } from "../../api/queries";
import type { Contract, KeyDateKind, MadeChoice, Signature } from "../../api/schema";
import { ComplianceNotes } from "../../components/clause/ComplianceNotes";
import { Follows } from "../../components/contract/Follows";
import { ContractText } from "../../components/ContractText";
import { LoadingLines } from "../../components/Loading";
import { Money } from "../../components/Money";
import { Notice, ProblemNotice } from "../../components/Notice";
import { Facts, Page, Section } from "../../components/Page";
import { RelativeTime } from "../../components/RelativeTime";
import { StatusChip } from "../../components/StatusChip";
import { TermsView } from "../../components/Terms";
import { hasRole, useSession } from "../../lib/session";
import { exactText } from "../../lib/time";
import classes from "./campaign.module.css";

export const Route = createFileRoute("/_app/contracts/$id/")({
  loader: ({ context, params }) => warm(context.queryClient, contractQuery(params.id)),
  component: ContractPage,
});

const Comparison = lazy(() => import("../../components/contract/Comparison"));

function ContractPage() {
  const { id } = Route.useParams();
  const { data: contract } = useSuspenseQuery(contractQuery(id));
  const [sending, setSending] = useState(false);
  const runs = contract.state !== "terminated";
  const session = useSession();
  const open = ["drafting", "internal_approval"].includes(contract.state);
  const sends = open && hasRole(session, ["ops", "legal"], contract.brand_id);
  const edits = open && hasRole(session, ["ops", "legal", "admin"], contract.brand_id) && contract.signatures.length === 0;
  const [comparing, setComparing] = useState(false);
  const draft = useQuery({ ...contractDraftQuery(id), enabled: edits && !contract.amends }).data;
  const waiting = draft?.values.filter(({ value }) => !value) ?? [];

  return (
    <Page
      title={`${contract.amends ? "Amendment" : "Contract"} ${contract.number}`}
      up={{ to: "/contracts", label: "Contracts" }}
      under={
        <Group gap="md">
          <StatusChip noun="contract" state={contract.state} />
          <Link to="/partnerships/$id" params={{ id: contract.partnership_id }}>{contract.creator.name}</Link>
          <span>{contract.campaign_name} of {contract.brand_name}</span>
          <span>Term {contract.term}</span>
          {contract.amends && <span>Changes <Link to="/contracts/$id" params={{ id: contract.amends.id }}>contract {contract.amends.number}</Link></span>}
        </Group>
      }
      actions={
        <>
          {contract.elsewhere?.sealed_sha256 && <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />} component="a" href={`/v1/contracts/${id}/paper?sealed=true`} download>PDF sealed by Documenso</Button>}
          {contract.paper_sha256 && <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />} component="a" href={`/v1/contracts/${id}/paper`} download>Signed PDF</Button>}
          {edits && !contract.amends && (
            <Button variant="default" leftSection={<IconPencil size={16} aria-hidden />} renderRoot={(props) => <Link to="/contracts/$id/edit" params={{ id }} {...props} />}>Edit the text</Button>
          )}
          {edits && !contract.approval && <Approve contract={contract} />}
          {sends && <Button leftSection={<IconSignature size={16} aria-hidden />} onClick={() => setSending(true)}>Approve and send for signature</Button>}
        </>
      }
    >
      <div className={classes.columns}>
        <div className={classes.column}>
          {waiting.length > 0 && (
            <Notice tone="attention" title="A clause waits for words">
              {waiting.map(({ name, about, used_by }) => <div key={name}>Nobody has said “{about}” for {used_by.map((title) => `“${title}”`).join(", ")}: what needs it is left out of this contract, or has a gap there. Edit the text to say it.</div>)}
            </Notice>
          )}
          <Section title="Text" actions={<Button size="xs" variant="default" aria-expanded={comparing} onClick={() => setComparing(!comparing)}>{comparing ? "Show the text" : "Compare"}</Button>}>
            {comparing ? <Suspense fallback={<LoadingLines />}><Comparison contract={contract} /></Suspense> : <ContractText text={contract.text} />}
          </Section>
        </div>
        <div className={classes.column}>
          {contract.draft_info && <Draft contract={contract} info={contract.draft_info} />}
          <Section title="Signatures">
            {contract.approval && contract.amends && <p style={{ margin: "0 0 8px" }}>Approved by {contract.approval.by}, <RelativeTime at={contract.approval.at} /></p>}
            {contract.elsewhere && contract.state === "out_for_signature" && <p className="soft" style={{ margin: "0 0 8px" }}>{elsewhereText(contract.elsewhere)}</p>}
            {contract.elsewhere?.state === "completed" && !contract.elsewhere.sealed_sha256 && <p className="soft" style={{ margin: "0 0 8px" }}>The PDF that Documenso sealed is being fetched.</p>}
            {contract.signatures.length === 0 && <p className="soft" style={{ margin: 0 }}>Nobody has signed yet.</p>}
            <Stack gap="sm">
              {contract.signatures.map((signature) => (
                <div key={signature.party}>
                  <strong>{signature.name}</strong> for the {signature.party}
                  <div className="soft"><RelativeTime at={signature.at} />, {exactText(new Date(signature.at))}</div>
                  <Evidence signature={signature} />
                  {signature.text_sha256 !== contract.text_sha256 && <div style={{ color: "var(--mantine-color-error)" }}>Signed another text than the one shown here.</div>}
                </div>
              ))}
            </Stack>
          </Section>
          {contract.state === "executed" && !contract.amends && (
            <p className="soft" style={{ margin: 0 }}>
              What both have signed is never edited. Dates, money and terms are changed by an amendment, <Link to="/partnerships/$id" params={{ id: contract.partnership_id }}>on the partnership</Link>.
            </p>
          )}
          {contract.amendments.length > 0 && (
            <Section title="Amendments">
              <Stack gap="sm">
                {contract.amendments.map(({ id, number, state, executed_at }) => (
                  <Group key={id} gap="sm">
                    <Link to="/contracts/$id" params={{ id }}>{number}</Link>
                    <StatusChip noun="contract" state={state ?? ""} />
                    {executed_at && <RelativeTime at={executed_at} />}
                  </Group>
                ))}
              </Stack>
            </Section>
          )}
          {contract.follows && (
            <Section title="What follows when both have signed">
              <Follows follows={contract.follows} />
            </Section>
          )}
          {contract.extended && (
            <Section title="What goes on for longer">
              <ul style={{ margin: 0, paddingLeft: 18 }}>
                {contract.extended.map(({ kind, posts, at, until }) => (
                  <li key={`${kind}/${posts.join()}`}>
                    {rights[kind]} of {posts.map((title) => `“${title}”`).join(", ")}: until {exactText(new Date(until))}, instead of {exactText(new Date(at))}
                  </li>
                ))}
              </ul>
            </Section>
          )}
          {contract.clauses && (
            <Section title="Clauses">
              <ol style={{ margin: 0, paddingLeft: 20 }}>
                {contract.clauses.map(({ clause_id, version, title, fallback, added }) => (
                  <li key={clause_id}>
                    <Link to="/settings/contracts/$id" params={{ id: clause_id }} search={{ version: String(version) }}>{title}</Link> <span className="soft">version {version}{fallback > 0 && `, fallback position ${fallback}`}{added && ", added for this contract"}</span>
                  </li>
                ))}
              </ol>
            </Section>
          )}
          <Section title="Dates and money">
            <Facts
              facts={[
                [contract.amendments.length > 0 || contract.amends ? "Fee with amendments" : "Fee", <Money key="fee" value={contract.fee} />],
                ["Asked for because", contract.reason],
                ["Drafted", <RelativeTime key="drafted" at={contract.created_at} />],
                ["Sent", contract.sent_at && <RelativeTime key="sent" at={contract.sent_at} />],
                ["To sign by", contract.state === "out_for_signature" ? <RelativeTime key="expires" at={contract.expires_at} /> : undefined],
                ["Executed", contract.executed_at && <RelativeTime key="executed" at={contract.executed_at} />],
                ["Renewal by", runs ? contract.notice_by && <RelativeTime key="notice" at={contract.notice_by} /> : undefined],
                ["Ends", runs ? contract.ends_at && <RelativeTime key="ends" at={contract.ends_at} /> : undefined],
                ["Text’s hash", <code key="hash" style={{ fontSize: 11 }}>{contract.text_sha256}</code>],
                ["PDF’s hash", contract.paper_sha256 && <code key="paper" style={{ fontSize: 11 }}>{contract.paper_sha256}</code>],
                ["Sealed PDF’s hash", contract.elsewhere?.sealed_sha256 && <code key="sealed" style={{ fontSize: 11 }}>{contract.elsewhere.sealed_sha256}</code>],
              ]}
            />
          </Section>
          <Section title="Terms">
            <TermsView terms={contract.terms} currency={contract.fee.currency} />
          </Section>
          {contract.creator_country && <ComplianceNotes country={contract.creator_country} />}
        </div>
      </div>
      {sending && <SendDialog contract={contract} onClose={() => setSending(false)} />}
    </Page>
  );
}

/** How the text came to be: from which template, what was chosen for this deal and by whom, and who approved it. */
function Draft({ contract: { draft, approval }, info: { by, at, template, choices, lost_approval } }: { contract: Contract; info: NonNullable<Contract["draft_info"]> }) {
  return (
    <Section title={`Draft ${draft}`}>
      <Stack gap="xs">
        <div>{by ? `Saved by ${by}` : "Made by itself when the offer was accepted"}, <RelativeTime at={at} />{template && `. Template: ${template}`}</div>
        {choices.length > 0 && <ul style={{ margin: 0, paddingLeft: 18 }}>{choices.map((choice, n) => <li key={n}>{choiceText(choice)} <span className="soft">chosen by {choice.by}</span></li>)}</ul>}
        {lost_approval && <div>{lost_approval.by} had approved the draft before, <RelativeTime at={lost_approval.at} />. The text was changed, so that approval is lost.</div>}
        {approval && <div>Approved by {approval.by}, <RelativeTime at={approval.at} /></div>}
      </Stack>
    </Section>
  );
}

function choiceText({ what, title, fallback, value }: MadeChoice): string {
  switch (what) {
    case "fallback": return `“${title}” stands in its fallback position ${fallback}.`;
    case "added": return `“${title}” was added.`;
    case "left_out": return `“${title}” was left out.`;
    case "value": return `The ${title}: “${value}”.`;
  }
}

function Approve({ contract: { id, text_sha256 } }: { contract: Contract }) {
  const approve = useAct({
    run: (_: object, key) => body(api.POST("/v1/contracts/{id}/approvals", { params: { path: { id }, header: { "Idempotency-Key": key } }, body: { text_sha256 } })),
    done: "Approved. Nothing was sent yet.",
    touches: ["contract"],
    announce: true,
  });
  return <Button variant="default" loading={approve.isPending} onClick={() => approve.mutate({})}>Approve</Button>;
}

/** What a post gives the brand for a time. */
const rights: Partial<Record<KeyDateKind, string>> = { rights_end: "Usage rights", allowlisting_end: "Allow-listing", exclusivity_end: "Exclusivity" };

/** How the creator's signature at a provider stands. */
function elsewhereText({ state, email }: NonNullable<Contract["elsewhere"]>): string {
  if (state === "opening") return `The document for ${email} is being made at Documenso.`;
  if (state === "cancelled") return `The document for ${email} was cancelled at Documenso: the creator cannot sign it. Withdraw the contract, or talk to the creator.`;
  return `${email} is asked to sign at Documenso.`;
}

/** How it was known who signed, and what they agreed to. */
function Evidence({ signature: { identity, identity_address, identity_at, consent, address, agent } }: { signature: Signature }) {
  const how = identity && {
    mailed_code: <>a link and a code mailed to {identity_address}{identity_at && <>, the code on {exactText(new Date(identity_at))}</>}</>,
    session: <>the account {identity_address}, signed in</>,
    token: <>a program with a token of {identity_address}</>,
    documenso: <>a link to Documenso mailed to {identity_address}</>,
  }[identity];
  return (
    <>
      {how && <div className="soft">Known by {how}</div>}
      {(address ?? agent) && <div className="soft" style={{ overflowWrap: "anywhere" }}>From {[address, agent].filter(Boolean).join(", ")}</div>}
      {consent && <div className="soft">“{consent}”</div>}
    </>
  );
}

function SendDialog({ contract, onClose }: { contract: Contract; onClose: () => void }) {
  const send = useAct({
    run: (_: object, key) => body(api.POST("/v1/contracts/{id}/send", { params: { path: { id: contract.id }, header: { "Idempotency-Key": key } }, body: { consent: contract.consent, text_sha256: contract.text_sha256 } })),
    done: "Sent for signature",
    close: onClose,
    touches: ["contract", "partnership", "task"],
  });
  return (
    <Modal opened onClose={onClose} title="Approve and send for signature">
      <form onSubmit={(event) => { event.preventDefault(); send.mutate({}); }}>
        <Stack>
          <p style={{ margin: 0 }}>
            You approve this text for {contract.brand_name}. {contract.creator.name} gets a mail with a link to read and sign it. {contract.amends ? "When both have signed, the running term changes in one step." : "When both have signed, the milestones are fixed and the first payment may become due."}
          </p>
          <Facts facts={[["Fee", <Money key="fee" value={contract.fee} />], ["Number", contract.number]]} />
          {contract.consent && <p style={{ margin: 0 }}>You sign: “{contract.consent}”</p>}
          <ProblemNotice problem={send.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Send nothing</Button>
            <Button type="submit" loading={send.isPending} data-autofocus>Approve and send</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
