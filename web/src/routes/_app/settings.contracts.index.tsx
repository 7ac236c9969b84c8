import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { IconBuildingStore, IconFileText, IconPlus } from "@tabler/icons-react";
import { useState } from "react";

import { clausesQuery, contractTemplatesQuery } from "../../api/queries";
import type { ClauseKind } from "../../api/schema";
import classes from "../../components/clause/Clause.module.css";
import { ClauseEditor } from "../../components/clause/ClauseEditor";
import { ComplianceNotes } from "../../components/clause/ComplianceNotes";
import { ContractTemplateEditor } from "../../components/clause/ContractTemplateEditor";
import { clauseWhenText, kinds } from "../../components/clause/words";
import { LoadingLines } from "../../components/Loading";
import { EmptyState, LoadFailed } from "../../components/Notice";
import { Page, Section } from "../../components/Page";
import { hasRole, useSession } from "../../lib/session";

export const Route = createFileRoute("/_app/settings/contracts/")({ component: Contracts });

function Contracts() {
  const { brand } = Route.useSearch();
  const navigate = useNavigate();
  const session = useSession();
  const all = session?.brands ?? [];
  const at = all.find(({ brand_id }) => brand_id === brand) ?? all.find(({ roles }) => roles.includes("legal") || roles.includes("ops")) ?? all[0];
  const brandId = at?.brand_id;
  const clauses = useQuery({ ...clausesQuery(brandId), enabled: brandId !== undefined });
  const templates = useQuery({ ...contractTemplatesQuery(brandId), enabled: brandId !== undefined });
  // Which new thing is made, or the id of the template that is edited.
  const [editing, setEditing] = useState<string>();
  if (!at || !brandId) return <Page title="Contracts"><EmptyState icon={IconBuildingStore} title="You work for no brand yet">An admin gives you a role at one.</EmptyState></Page>;
  const edits = hasRole(session, ["ops", "legal"], brandId);
  const list = clauses.data?.items ?? [];
  const own = templates.data?.items.some((template) => template.brand_id && template.default);
  return (
    <Page
      title="Contracts"
      under={`The clauses and templates that contracts are drafted from, for ${at.brand_name ?? "the brand"}. A contract keeps the versions that it was drafted with.`}
      actions={edits && editing === undefined && <Button leftSection={<IconPlus size={16} aria-hidden />} disabled={!clauses.data} onClick={() => setEditing("clause")}>New clause</Button>}
    >
      {all.length > 1 && !brand && <p className="soft" style={{ margin: 0 }}>These are {at.brand_name}’s. Choose another brand above to see its own.</p>}
      {editing === "clause" && clauses.data && (
        <ClauseEditor
          brandId={brandId} variables={clauses.data.variables} close={() => setEditing(undefined)}
          saved={({ id }) => void navigate({ to: "/settings/contracts/$id", params: { id }, search: { brand } })}
        />
      )}
      <Section title="Contract templates" actions={edits && editing === undefined && <Button size="xs" variant="default" disabled={!clauses.data || !templates.data} onClick={() => setEditing("template")}>New template</Button>}>
        {editing === "template" && clauses.data && templates.data && <ContractTemplateEditor brandId={brandId} template={templates.data.items.find((one) => !one.brand_id)} clauses={list} close={() => setEditing(undefined)} />}
        {templates.error && !templates.data ? <LoadFailed error={templates.error} retry={() => void templates.refetch()} /> : !templates.data ? <LoadingLines lines={2} /> : templates.data.items.length === 0 ? (
          <EmptyState icon={IconFileText} title="There is no contract template yet">A template is the order of clauses that a contract is drafted from.</EmptyState>
        ) : templates.data.items.map((template) => (
          editing === template.id ? <ContractTemplateEditor key={template.id} brandId={brandId} template={template} clauses={list} close={() => setEditing(undefined)} /> : (
            <details key={template.id}>
              <summary>
                <strong>{template.name}</strong> <span className="soft">{template.clauses.length} clauses{!template.brand_id && ", built in"}{template.default && (template.brand_id || !own) && ", the brand’s default"}</span>
              </summary>
              <ol>{template.clauses.map((id) => <li key={id}>{list.find((clause) => clause.id === id)?.title ?? "…"}</li>)}</ol>
              <p>Must include: {template.must_include.map((kind) => kinds[kind]).join(", ") || "nothing"}.</p>
              {edits && template.brand_id && <Button size="xs" variant="default" aria-label={`Edit ${template.name}`} onClick={() => setEditing(template.id)}>Edit</Button>}
            </details>
          )
        ))}
      </Section>
      <Section title="Clauses">
        {clauses.error && !clauses.data ? <LoadFailed error={clauses.error} retry={() => void clauses.refetch()} /> : !clauses.data ? <LoadingLines /> : list.length === 0 ? (
          <EmptyState icon={IconFileText} title="There is no clause yet" action={edits && editing === undefined && <Button variant="default" onClick={() => setEditing("clause")}>Write the first clause</Button>}>A clause is a text with variables that contracts are drafted from.</EmptyState>
        ) : (Object.keys(kinds) as ClauseKind[]).map((kind) => {
          const some = list.filter((clause) => clause.kind === kind);
          return some.length > 0 && (
            <div key={kind} className={classes.kind}>
              <h3>{kinds[kind]}</h3>
              <ul className={classes.list}>
                {some.map((clause) => (
                  <li key={clause.id}>
                    <span>
                      <Link to="/settings/contracts/$id" params={{ id: clause.id }} search={{ brand }}>{clause.title}</Link>{" "}
                      <span className="soft">version {clause.version}{!clause.brand_id && ", built in"}. {clauseWhenText(clause.when)}.</span>
                    </span>
                  </li>
                ))}
              </ul>
            </div>
          );
        })}
      </Section>
      <ComplianceNotes />
    </Page>
  );
}
