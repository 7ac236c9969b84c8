import { Button, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Link } from "@tanstack/react-router";
import { IconMail } from "@tabler/icons-react";
import { useState } from "react";

import { sequencesQuery, templatesQuery } from "../../api/queries";
import { LoadingLines } from "../../components/Loading";
import { EmptyState, LoadFailed } from "../../components/Notice";
import { Page, Section } from "../../components/Page";
import { stepText, triggerText } from "../../components/sequence/words";
import { SequenceEditor } from "../../components/SequenceEditor";
import { TemplateEditor } from "../../components/TemplateEditor";
import { useSession } from "../../lib/session";
import { words } from "../../lib/states";
import classes from "./settings.module.css";

export const Route = createFileRoute("/_app/settings/outreach")({ component: Outreach });

function Outreach() {
  const { brand } = Route.useSearch();
  const sequences = useQuery(sequencesQuery(brand));
  const templates = useQuery(templatesQuery(brand));
  const session = useSession();
  const mine = (session?.brands ?? []).filter(({ brand_id, roles }) => (!brand || brand_id === brand) && roles.some((role) => role === "ops" || role === "admin"));
  const brandId = mine[0]?.brand_id;
  // The id of what is edited, or which new thing is made.
  const [editing, setEditing] = useState<string | null>(null);
  const elsewhere = mine.length > 1 && (
    <p className="soft">It is saved for {mine[0]?.brand_name}. Choose another brand above to save it there.</p>
  );
  return (
    <Page title="Outreach" under="The newest version of each. A partnership keeps the version that it started with." narrow>
      <Section title="Sequences" actions={brandId && editing !== "new sequence" && <Button variant="default" size="xs" onClick={() => setEditing("new sequence")}>New sequence</Button>}>
        {brandId && editing === "new sequence" && (
          <div className={classes.made}>
            <SequenceEditor brandId={brandId} close={() => setEditing(null)} />
            {elsewhere}
          </div>
        )}
        <Listed query={sequences} none="There is no sequence yet" says="A sequence is the order in which a creator is written to.">
          {sequences.data?.items.map((sequence) => (
            <details key={sequence.id}>
              <summary><strong>{sequence.name}</strong> <span className="soft">version {sequence.version}{!sequence.trigger && `, cool-off ${sequence.cool_off_days} days`}</span></summary>
              {brandId && editing === sequence.id ? (
                <>
                  <SequenceEditor brandId={sequence.brand_id ?? brandId} sequence={sequence} close={() => setEditing(null)} />
                  {!sequence.brand_id && elsewhere}
                </>
              ) : (
                <>
                  <p className={classes.trigger}>{triggerText(sequence.trigger)}.</p>
                  <ol className={classes.steps}>{sequence.steps.map((step, at) => <li key={at}>{stepText(step, sequence.steps.length)}</li>)}</ol>
                  {brandId && <Button variant="default" size="xs" mt="xs" onClick={() => setEditing(sequence.id)} aria-label={`Edit ${sequence.name}`}>Edit</Button>}
                </>
              )}
            </details>
          ))}
        </Listed>
      </Section>
      <Section title="Mails" actions={brandId && editing !== "new mail" && <Button variant="default" size="xs" onClick={() => setEditing("new mail")}>New mail</Button>}>
        {brandId && editing === "new mail" && (
          <div className={classes.made}>
            <TemplateEditor brandId={brandId} close={() => setEditing(null)} />
            {elsewhere}
          </div>
        )}
        <Listed query={templates} none="There is no mail yet" says="Sequences send these, with each creator’s name and what they are asked for.">
          {templates.data?.items.map((template) => (
            <details key={template.id}>
              <summary><strong>{words(template.name)}</strong> <span className="soft">version {template.version}</span></summary>
              {brandId && editing === template.id ? (
                <>
                  <TemplateEditor brandId={template.brand_id ?? brandId} template={template} close={() => setEditing(null)} />
                  {!template.brand_id && elsewhere}
                </>
              ) : (
                <>
                  <p><strong>{template.subject}</strong></p>
                  <div className="prewrap">{template.body}</div>
                  {brandId && <Button variant="default" size="xs" mt="xs" onClick={() => setEditing(template.id)} aria-label={`Edit ${words(template.name)}`}>Edit</Button>}
                </>
              )}
            </details>
          ))}
        </Listed>
      </Section>
      <p className="soft" style={{ margin: 0 }}>Who decides on content stands under <Link to="/settings/reviews">Reviews</Link>.</p>
    </Page>
  );
}

function Listed({ query, none, says, children }: { query: { data?: { items: unknown[] }; error: unknown; refetch: () => unknown }; none: string; says: string; children: React.ReactNode }) {
  if (query.error && !query.data) return <LoadFailed error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <LoadingLines lines={3} />;
  if (query.data.items.length === 0) return <EmptyState icon={IconMail} title={none}>{says}</EmptyState>;
  return <Stack gap="sm">{children}</Stack>;
}
