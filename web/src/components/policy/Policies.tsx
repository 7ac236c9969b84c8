import { Button, Group, Modal, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconAlertTriangle, IconArchive, IconChecklist, IconPlus } from "@tabler/icons-react";
import { lazy, Suspense, useState, type ReactNode } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { policiesQuery, policyVersionsQuery } from "../../api/queries";
import type { Policy } from "../../api/schema";
import { columns, DataTable } from "../DataTable";
import { LoadingLines } from "../Loading";
import { EmptyState, LoadFailed, Notice, ProblemNotice } from "../Notice";
import { Page, Section } from "../Page";
import { RelativeTime } from "../RelativeTime";
import { Chip } from "../StatusChip";
import classes from "./Policy.module.css";
import { PolicyWords } from "./PolicyWords";
import { useWho } from "./who";
import { stagesShort, whenText } from "./words";

const PolicyEditor = lazy(() => import("./PolicyEditor").then(({ PolicyEditor: component }) => ({ default: component })));

/** What is open over the list: a policy by its id, or one that is made. */
export const newPolicy = "new";

interface Props {
  brandId: string;
  brandName: string | undefined;
  /** Whether the person may change policies here. */
  admin: boolean;
  /** The id of the policy that is open, or `newPolicy`. */
  open: string | undefined;
  go: (open: string | undefined) => void;
  /** What else belongs to the page with the list. */
  children?: ReactNode;
}

/** The approval policies of a brand; each opens in the editor, or to be read by those who may not change it. */
export function Policies({ brandId, brandName, admin, open, go, children }: Props) {
  const policies = useQuery(policiesQuery(brandId));
  const [saved, setSaved] = useState<Policy>();
  const back = (policy?: Policy) => {
    setSaved(policy);
    go(undefined);
  };
  const policy = policies.data?.items.find(({ id }) => id === open);
  if (open === undefined || (open === newPolicy && !admin)) {
    return (
      <Page
        title="Reviews"
        under={`Who decides on content before it is posted${brandName ? `, for ${brandName}` : ""}. A running review keeps the version that it began with.`}
        actions={admin && <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => { setSaved(undefined); go(newPolicy); }}>New policy</Button>}
      >
        {saved && (saved.conflicts?.length ?? 0) > 0 && (
          <Notice tone="attention" title={`${saved.name} was saved, and fits some of the same content as other policies`} role="status">
            <ul style={{ margin: 0, paddingLeft: 18 }}>{saved.conflicts?.map(({ name, words }) => <li key={name}>{words}</li>)}</ul>
          </Notice>
        )}
        <List {...{ brandId, admin, policies, go: (id: string) => { setSaved(undefined); go(id); } }} />
        {children}
      </Page>
    );
  }
  return (
    <OnePolicy
      key={open}
      {...{ brandId, admin, policy, back }}
      retry={() => void policies.refetch()}
      missing={open !== newPolicy && !policy ? (policies.error && !policies.data ? policies.error : policies.data ? "gone" : "loading") : undefined}
    />
  );
}

function List({ brandId, admin, policies, go }: { brandId: string; admin: boolean; policies: { data?: { items: Policy[] }; error: unknown; refetch: () => unknown }; go: (id: string) => void }) {
  const { names } = useWho(brandId);
  const [retiring, setRetiring] = useState<Policy>();
  const cols = columns<Policy>([
    {
      id: "name", header: "Policy",
      cell: ({ id, name, version, brand_id, retired_at, conflicts = [] }) => (
        <div className={classes.cell}>
          <a href={`?policy=${id}`} onClick={(event) => { event.preventDefault(); go(id); }}>{name}</a>
          <div className="soft">version {version}{!brand_id && ", for all brands"}</div>
          {retired_at && <Chip tone="idle" icon={<IconArchive size={13} aria-hidden />}>Retired</Chip>}
          {conflicts.map((conflict) => (
            <div key={conflict.name} className={conflict.equal ? classes.conflict : "soft"} style={{ maxWidth: 320 }}>
              {conflict.equal && <IconAlertTriangle size={14} aria-label="Warning" />}
              <span>{conflict.words}</span>
            </div>
          ))}
        </div>
      ),
    },
    { id: "when", header: "Chosen", cell: ({ when, rank }) => <div className={classes.cell}>{whenText(when, names)}{when && <div className="soft">rank {rank}</div>}</div> },
    { id: "stages", header: "Stages", cell: ({ stages }) => <div className={classes.cell}>{stagesShort(stages)}</div> },
    ...(admin ? [{
      id: "do", header: "Change",
      cell: (policy: Policy) => policy.brand_id && !policy.retired_at && (
        <Button size="compact-sm" variant="default" aria-label={`Retire ${policy.name}`} onClick={() => setRetiring(policy)}>Retire…</Button>
      ),
    }] : []),
  ]);
  return (
    <>
      <DataTable
        label="Approval policies"
        columns={cols}
        rows={policies.data?.items}
        rowId={({ id }) => id}
        error={policies.error}
        retry={() => void policies.refetch()}
        empty={(
          <EmptyState icon={IconChecklist} title="There is no approval policy yet" action={admin && <Button onClick={() => go(newPolicy)}>Make the first policy</Button>}>
            A policy says who looks at content before it is posted, in which order, how long each has, and what happens when nobody answers. A campaign can name one, or it
            is chosen by platform, market, fee or category.{!admin && " An admin of the brand makes it."}
          </EmptyState>
        )}
      />
      {retiring && <RetireDialog policy={retiring} onClose={() => setRetiring(undefined)} />}
    </>
  );
}

function OnePolicy({ brandId, admin, policy, missing, retry, back }: { brandId: string; admin: boolean; policy: Policy | undefined; missing: unknown; retry: () => void; back: (saved?: Policy) => void }) {
  const { names } = useWho(brandId);
  // An older version that is taken up again; the key makes the editor begin anew with it.
  const [taken, setTaken] = useState<Policy>();
  const away = (
    <nav aria-label="Breadcrumb"><Button variant="subtle" size="compact-sm" onClick={() => back()}>Back to all policies</Button></nav>
  );
  if (missing) {
    return (
      <Page title="Approval policy" actions={away}>
        {missing === "loading" ? <LoadingLines /> : missing === "gone" ? (
          <EmptyState icon={IconArchive} title="There is no such policy here" action={<Button variant="default" onClick={() => back()}>See all policies</Button>}>The link may be old, or lead to another brand. Retired policies stay in the list.</EmptyState>
        ) : <LoadFailed error={missing} retry={retry} />}
      </Page>
    );
  }
  const start = taken && policy ? { ...taken, version: policy.version, name: policy.name } : policy;
  return (
    <Page
      title={policy?.name ?? "New policy"}
      under={policy ? `Approval policy, version ${policy.version}${policy.retired_at ? ", retired" : ""}${policy.brand_id ? "" : ". It is shared by all brands; a change is saved for this brand alone"}.` : "Who decides on content before it is posted."}
      actions={away}
    >
      {taken && <Notice tone="progress" title={`Filled in as version ${taken.version} was`} role="status">Nothing is changed until you save it as a new version.</Notice>}
      {admin && !policy?.retired_at ? (
        <Suspense fallback={<LoadingLines />}>
          <PolicyEditor key={taken?.version ?? "now"} brandId={brandId} policy={start} saved={back} close={() => back()} />
        </Suspense>
      ) : policy && (
        <Section title="What it does"><PolicyWords policy={policy} names={names} label="Stages" /></Section>
      )}
      {policy && <Versions policy={policy} brandId={brandId} take={admin && !policy.retired_at ? (version) => { setTaken(version); window.scrollTo({ top: 0 }); } : undefined} />}
    </Page>
  );
}

function Versions({ policy, brandId, take }: { policy: Policy; brandId: string; take: ((version: Policy) => void) | undefined }) {
  const { names } = useWho(brandId);
  const versions = useQuery(policyVersionsQuery(policy.id));
  return (
    <Section title="Versions">
      {versions.error && !versions.data ? <LoadFailed error={versions.error} retry={() => void versions.refetch()} /> : !versions.data ? <LoadingLines lines={3} /> : versions.data.items.map((version) => (
        <details key={version.version} className={classes.version}>
          <summary><strong>Version {version.version}</strong> <span className="soft">{version.version === policy.version && "the newest, "}saved <RelativeTime at={version.created_at} inList /></span></summary>
          <div>
            <PolicyWords policy={version} names={names} label={`Stages of version ${version.version}`} />
            {take && version.version !== policy.version && (
              <Button variant="default" size="xs" mt="sm" aria-label={`Fill in as version ${version.version} was`} onClick={() => take(version)}>Fill in as it was</Button>
            )}
          </div>
        </details>
      ))}
    </Section>
  );
}

function RetireDialog({ policy, onClose }: { policy: Policy; onClose: () => void }) {
  const retire = useAct({
    run: (_: object, key) => body(api.POST("/v1/policies/{id}/retire", { params: { path: { id: policy.id }, header: { "Idempotency-Key": key } }, body: {} })),
    done: `${policy.name} was retired`,
    close: onClose,
    touches: ["policy"],
  });
  return (
    <Modal opened onClose={onClose} title={`Retire ${policy.name}`}>
      <form onSubmit={(event) => { event.preventDefault(); retire.mutate({}); }}>
        <Stack>
          <p style={{ margin: 0 }}>It is chosen no more from now on. Reviews that run under it go on to their end, and what was decided stays in the history.</p>
          <ProblemNotice problem={retire.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Keep it</Button>
            <Button type="submit" color="red" loading={retire.isPending}>Retire policy</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
