import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { IconUserShare } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { outsideReviewersQuery } from "../../api/queries";
import type { OutsideReviewer, OutsideReviewerCreate } from "../../api/schema";
import { columns, DataTable } from "../DataTable";
import { EmptyState, ProblemNotice } from "../Notice";
import { Section } from "../Page";
import { RelativeTime } from "../RelativeTime";

/** People outside of the house whom policies can ask. */
export function OutsideReviewers({ brandId, admin }: { brandId: string; admin: boolean }) {
  const reviewers = useQuery(outsideReviewersQuery(brandId));
  const [asked, setAsked] = useState<"add" | OutsideReviewer>();
  const cols = columns<OutsideReviewer>([
    { id: "name", header: "Name", cell: ({ name, email }) => <><strong>{name}</strong><div className="soft">{email}</div></> },
    { id: "since", header: "Added", cell: ({ created_at }) => <RelativeTime at={created_at} inList /> },
    ...(admin ? [{
      id: "do", header: "Change",
      cell: (reviewer: OutsideReviewer) => <Button size="compact-sm" variant="default" aria-label={`Remove ${reviewer.name}`} onClick={() => setAsked(reviewer)}>Remove…</Button>,
    }] : []),
  ]);
  const add = admin && <Button variant="default" size="xs" onClick={() => setAsked("add")}>Add a reviewer</Button>;
  return (
    <Section title="Outside reviewers" actions={add} flush>
      <DataTable
        label="Outside reviewers"
        flush
        columns={cols}
        rows={reviewers.data?.items}
        rowId={({ id }) => id}
        error={reviewers.error}
        retry={() => void reviewers.refetch()}
        empty={(
          <EmptyState icon={IconUserShare} title="Nobody from outside decides">
            Somebody at an agency or a client can decide on content without an account: they get a link by mail for each version. Add them here, then name them in a stage of a policy.
          </EmptyState>
        )}
      />
      {asked === "add" && <AddReviewer brandId={brandId} onClose={() => setAsked(undefined)} />}
      {asked && asked !== "add" && <RemoveReviewer reviewer={asked} onClose={() => setAsked(undefined)} />}
    </Section>
  );
}

function AddReviewer({ brandId, onClose }: { brandId: string; onClose: () => void }) {
  const form = useForm({ initialValues: { name: "", email: "" } });
  const add = useAct({
    run: (what: OutsideReviewerCreate, key) => body(api.POST("/v1/outside-reviewers", { params: { header: { "Idempotency-Key": key } }, body: what })),
    done: ({ name }) => `${name} was added; name them in a stage of a policy to ask them`,
    close: onClose,
    touches: ["outside_reviewer"],
  });
  return (
    <Modal opened onClose={onClose} title="Add an outside reviewer">
      <form noValidate onSubmit={form.onSubmit((values) => add.mutate({ brand_id: brandId, ...values }, { onError: (problem) => form.setErrors(problem.byField) }))}>
        <Stack>
          <p style={{ margin: 0 }}>They decide by a link that is mailed to them, which works once, for one version, and ends by itself. They see the content and what is said to them, nothing else.</p>
          <TextInput label="Name" required data-autofocus {...form.getInputProps("name")} />
          <TextInput label="E-mail" type="email" required {...form.getInputProps("email")} />
          <ProblemNotice problem={add.error} shownFields={["name", "email"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Add nobody</Button>
            <Button type="submit" loading={add.isPending}>Add reviewer</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function RemoveReviewer({ reviewer, onClose }: { reviewer: OutsideReviewer; onClose: () => void }) {
  const remove = useAct({
    run: (_: object, key) => body(api.POST("/v1/outside-reviewers/{id}/remove", { params: { path: { id: reviewer.id }, header: { "Idempotency-Key": key } }, body: {} })),
    done: `${reviewer.name} is asked no more`,
    close: onClose,
    touches: ["outside_reviewer", "policy", "review"],
  });
  return (
    <Modal opened onClose={onClose} title={`Remove ${reviewer.name}`}>
      <form onSubmit={(event) => { event.preventDefault(); remove.mutate({}); }}>
        <Stack>
          <p style={{ margin: 0 }}>
            Every link of theirs ends at once, also for reviews that are open now. What they decided stays in the history. Where a policy names them, name somebody else, or its stage
            waits for whoever is asked when time runs out.
          </p>
          <ProblemNotice problem={remove.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Keep them</Button>
            <Button type="submit" color="red" loading={remove.isPending}>Remove reviewer</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
