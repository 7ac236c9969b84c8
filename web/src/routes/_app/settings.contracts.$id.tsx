import { Button, NativeSelect, Stack, VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { IconFileText } from "@tabler/icons-react";
import { diffWordsWithSpace } from "diff";
import { useState } from "react";

import { clauseContractsQuery, clauseVersionsQuery } from "../../api/queries";
import type { Clause, ClauseContract } from "../../api/schema";
import classes from "../../components/clause/Clause.module.css";
import { ClauseEditor } from "../../components/clause/ClauseEditor";
import { ComplianceNotes } from "../../components/clause/ComplianceNotes";
import { clauseWhenText, kinds } from "../../components/clause/words";
import { CreatorName } from "../../components/CreatorName";
import { columns, DataTable, Pager, TwoLines } from "../../components/DataTable";
import { LoadingLines } from "../../components/Loading";
import { EmptyState, LoadFailed } from "../../components/Notice";
import { Facts, Page, Section } from "../../components/Page";
import { RelativeTime } from "../../components/RelativeTime";
import { StatusChip } from "../../components/StatusChip";
import * as url from "../../lib/search";
import { hasRole, useSession } from "../../lib/session";

export const Route = createFileRoute("/_app/settings/contracts/$id")({
  // Which version is asked about, when its contracts are listed.
  validateSearch: url.search({ version: url.words, cursor: url.cursor }),
  component: ClausePage,
});

const up = { to: "/settings/contracts", label: "Contracts" };

function ClausePage() {
  const { id } = Route.useParams();
  const versions = useQuery(clauseVersionsQuery(id));
  const newest = versions.data?.items[0];
  if (!versions.data || !newest) return <Page title="Clause" up={up}>{versions.error ? <LoadFailed error={versions.error} retry={() => void versions.refetch()} /> : !versions.data ? <LoadingLines /> : (
    <EmptyState icon={IconFileText} title="This clause has no version yet" action={<Link to="/settings/contracts">See the clauses</Link>}>A clause is used from its first version on.</EmptyState>
  )}</Page>;
  return <OneClause key={newest.version} clause={newest} versions={versions.data.items} variables={versions.data.variables} />;
}

function OneClause({ clause, versions, variables }: { clause: Clause; versions: Clause[]; variables: Parameters<typeof ClauseEditor>[0]["variables"] }) {
  const { brand } = Route.useSearch();
  const navigate = useNavigate();
  const session = useSession();
  const [editing, setEditing] = useState<"next" | "copy">();
  const edits = clause.brand_id !== undefined && hasRole(session, ["ops", "legal"], clause.brand_id);
  const writer = session?.brands.find(({ brand_id, roles }) => (!brand || brand_id === brand) && (roles.includes("ops") || roles.includes("legal")));
  return (
    <Page
      title={clause.title}
      up={up}
      under={`${kinds[clause.kind]}, version ${clause.version}. ${clause.brand_id ? "A contract keeps the version that it was drafted with." : "Built in: every brand may use it, and nobody edits it. Copy it to change the copy."}`}
      actions={editing === undefined && (
        <>
          {writer && <Button variant="default" onClick={() => setEditing("copy")}>Copy to {writer.brand_name ?? "the brand"}</Button>}
          {edits && <Button onClick={() => setEditing("next")}>Edit</Button>}
        </>
      )}
    >
      {editing && (
        <ClauseEditor
          brandId={clause.brand_id && editing === "next" ? clause.brand_id : (writer?.brand_id ?? "")} clause={clause} copy={editing === "copy"} variables={variables} close={() => setEditing(undefined)}
          saved={({ id }) => void navigate({ to: "/settings/contracts/$id", params: { id }, search: { brand } })}
        />
      )}
      <Section title="Text">
        <Stack>
          <div className={`prewrap ${classes.text}`}>{clause.body}</div>
          <Facts facts={[["Stands", clauseWhenText(clause.when)], ["Published", <RelativeTime key="at" at={clause.created_at} />]]} />
        </Stack>
      </Section>
      <Section title="Fallback positions">
        {clause.fallbacks.length === 0 ? <p className="soft" style={{ margin: 0 }}>None: this text is not negotiated, or nobody has written another one yet.</p> : (
          <ol className={classes.plain}>
            {clause.fallbacks.map(({ body, note }, at) => <li key={at}><div className={`prewrap ${classes.text}`}>{body}</div><span className="soft">{note}</span></li>)}
          </ol>
        )}
      </Section>
      <Uses clause={clause} versions={versions} />
      <History versions={versions} />
      <ComplianceNotes kind={clause.kind} />
    </Page>
  );
}

const cols = columns<ClauseContract>([
  { id: "creator", header: "Creator", cell: ({ id, creator }) => <CreatorName creator={creator} link={{ to: "/contracts/$id", params: { id } }} /> },
  { id: "number", header: "Contract", cell: ({ number }) => number },
  { id: "campaign", header: "Campaign", cell: ({ campaign_name, brand_name }) => <TwoLines first={campaign_name} second={brand_name} />, phone: "hide" },
  { id: "version", header: "Version", cell: ({ clause_version, fallback }) => `${clause_version}${fallback > 0 ? `, fallback ${fallback}` : ""}` },
  { id: "state", header: "State", cell: ({ state }) => <StatusChip noun="contract" state={state} />, phone: "head" },
  { id: "ends", header: "Ends", cell: ({ ends_at }) => <RelativeTime at={ends_at} inList /> },
]);

/** The contracts that are not over and contain the clause, in any version or in one. */
function Uses({ clause, versions }: { clause: Clause; versions: Clause[] }) {
  const { version, cursor } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const asked = versions.find((one) => String(one.version) === version)?.version;
  const list = useQuery(clauseContractsQuery(clause.id, { version: asked, cursor }));
  return (
    <Section title="Where it is used">
      <p className="soft" style={{ marginTop: 0 }}>Contracts on their way to the signature, and signed ones that have not ended.</p>
      {versions.length > 1 && (
        <NativeSelect
          aria-label="Version" mb="sm" w={{ base: "100%", xs: 240 }} value={asked ?? ""} data={[{ value: "", label: "Any version" }, ...versions.map((one) => ({ value: String(one.version), label: `Version ${one.version}` }))]}
          onChange={({ currentTarget: { value } }) => void navigate({ search: (search) => ({ ...search, version: value || undefined, cursor: undefined }) })}
        />
      )}
      <DataTable
        label="Contracts with this clause" columns={cols} rows={list.data?.items} rowId={({ id }) => id} error={list.error} retry={() => void list.refetch()} flush
        empty={<EmptyState icon={IconFileText} title={asked ? `No live contract has version ${asked}` : "No live contract has this clause"}>A contract gets it when it is drafted from a template that has it.</EmptyState>}
      />
      <Pager shown={list.data?.items.length ?? 0} cursor={cursor} nextCursor={list.data?.next_cursor} go={(next) => void navigate({ search: (search) => ({ ...search, cursor: next }) })} />
    </Section>
  );
}

/** Each version with what it changed in the one before. */
function History({ versions }: { versions: Clause[] }) {
  return (
    <Section title="Versions">
      {versions.map((version, at) => {
        const before = versions[at + 1];
        return (
          <details key={version.version} open={at === 0 && before !== undefined}>
            <summary><strong>Version {version.version}</strong> <span className="soft">published <RelativeTime at={version.created_at} inList />{before && `, compared with version ${before.version}`}</span></summary>
            <Stack gap="xs" mt="xs">
              <Diff before={before && `${before.title}. ${before.body}`} now={`${version.title}. ${version.body}`} />
              <div className="soft">
                {clauseWhenText(version.when)}{before && clauseWhenText(before.when) !== clauseWhenText(version.when) && `; before: ${clauseWhenText(before.when)}`}. {version.fallbacks.length === 1 ? "1 fallback position" : `${version.fallbacks.length} fallback positions`}
                {before && JSON.stringify(before.fallbacks) !== JSON.stringify(version.fallbacks) && ", changed"}.
              </div>
            </Stack>
          </details>
        );
      })}
    </Section>
  );
}

function Diff({ before, now }: { before: string | undefined; now: string }) {
  return (
    <div className={`prewrap ${classes.text}`}>
      {before === undefined ? now : diffWordsWithSpace(before, now).map(({ value, added, removed }, at) => (
        removed ? <del key={at}><VisuallyHidden>removed: </VisuallyHidden>{value}</del> : added ? <ins key={at}><VisuallyHidden>added: </VisuallyHidden>{value}</ins> : value
      ))}
    </div>
  );
}
