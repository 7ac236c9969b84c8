import { Button, Group, Stack, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";

import { useAct } from "../api/act";
import { api, body } from "../api/client";
import type { components } from "../api/schema";
import { words } from "../lib/states";
import { ProblemNotice } from "./Notice";
import classes from "./SequenceEditor.module.css";

type Template = components["schemas"]["Template"];

/** Changes a mail and saves it as the brand's own, in a new version. */
export function TemplateEditor({ brandId, template, close }: { brandId: string; template: Template; close: () => void }) {
  const [subject, setSubject] = useState(template.subject);
  const [text, setText] = useState(template.body);
  const save = useAct({
    run: (what: components["schemas"]["TemplateCreate"], key) =>
      body(api.POST("/v1/templates", { params: { header: { "Idempotency-Key": key } }, body: what })),
    done: ({ version }) => `Saved as version ${version}. Mails from now on use it.`,
    close,
    touches: ["template"],
  });
  const errors = save.error?.byField ?? {};
  return (
    <form
      className={classes.editor}
      aria-label={`Edit ${words(template.name)}`}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ brand_id: brandId, name: template.name, subject, body: text });
      }}
    >
      <Stack gap="sm">
        <TextInput label="Subject" required value={subject} onChange={(event) => setSubject(event.currentTarget.value)} error={errors.subject} />
        <Textarea label="Text" required rows={14} resize="vertical" value={text} onChange={(event) => setText(event.currentTarget.value)} error={errors.body} />
        <p className="soft">Filled in for each creator: {template.tags.map((tag) => `{{${tag}}}`).join(", ")}</p>
        <ProblemNotice problem={save.error} shownFields={["subject", "body"]} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>Cancel</Button>
          <Button type="submit" loading={save.isPending}>Save as a new version</Button>
        </Group>
      </Stack>
    </form>
  );
}
