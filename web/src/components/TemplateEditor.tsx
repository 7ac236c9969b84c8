import { Button, Group, Stack, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useAct } from "../api/act";
import { api, body } from "../api/client";
import { templatesQuery } from "../api/queries";
import type { Template, TemplateCreate, TemplatePreviewAsk } from "../api/schema";
import { words } from "../lib/states";
import { Notice, ProblemNotice } from "./Notice";
import { Facts } from "./Page";
import { CampaignSelect, CreatorSelect } from "./Pickers";
import { Unsaved } from "./Unsaved";
import classes from "./SequenceEditor.module.css";

// A mail that a sequence sends needs both: who writes from where, and a way to hear no more.
const freshBody = "Hi {{creator.first_name}},\n\n\n\n{{sender.name}}\n{{brand.name}}, {{brand.postal_address}}\n\nNo more mail from us: {{portal_link}}";

/** Changes a mail, or makes a new one, shows how it would arrive, and saves it as the brand's own, in a new version. */
export function TemplateEditor({ brandId, template, close }: { brandId: string; template?: Template; close: () => void }) {
  const [name, setName] = useState(template?.name ?? "");
  const [subject, setSubject] = useState(template?.subject ?? "");
  const [text, setText] = useState(template?.body ?? freshBody);
  const templates = useQuery({ ...templatesQuery(brandId), enabled: !template });
  const save = useAct({
    run: (what: TemplateCreate, key) => body(api.POST("/v1/templates", { params: { header: { "Idempotency-Key": key } }, body: what })),
    done: ({ version }) => `Saved as version ${version}. Mails from now on use it.`,
    close,
    touches: ["template"],
  });
  const errors = save.error?.byField ?? {};
  const others = templates.data?.items ?? [];
  // A new name has the tags that every mail has; a known one those of its mail.
  const tags = (template ?? others.find((other) => other.name === name.trim()))?.tags ?? common(others);
  return (
    <form
      className={classes.editor}
      aria-label={template ? `Edit ${words(template.name)}` : "New mail"}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ brand_id: brandId, name: name.trim(), subject, body: text });
      }}
    >
      <Unsaved of={[name, subject, text]} step={save} />
      <Stack gap="sm">
        {!template && (
          <TextInput
            label="Name" description="Creators do not see it; the same name makes a new version" required maxLength={200} data-autofocus value={name}
            onChange={(event) => setName(event.currentTarget.value)} error={errors.name}
          />
        )}
        <TextInput label="Subject" required value={subject} onChange={(event) => setSubject(event.currentTarget.value)} error={errors.subject} />
        <Textarea label="Text" required rows={14} resize="vertical" value={text} onChange={(event) => setText(event.currentTarget.value)} error={errors.body} />
        {tags.length > 0 && <p className="soft">Filled in for each creator: {listed(tags)}</p>}
        <Preview brandId={brandId} name={name.trim()} subject={subject} text={text} />
        <ProblemNotice problem={save.error} shownFields={["name", "subject", "body"]} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>Cancel</Button>
          <Button type="submit" loading={save.isPending} disabled={name.trim() === ""}>{template ? "Save as a new version" : "Save mail"}</Button>
        </Group>
      </Stack>
    </form>
  );
}

const listed = (tags: string[]) => tags.map((tag) => `{{${tag}}}`).join(", ");

/** The tags that all the mails have. */
function common([first, ...rest]: Template[]): string[] {
  return first?.tags.filter((tag) => rest.every(({ tags }) => tags.includes(tag))) ?? [];
}

/** The mail as it would arrive at one creator, and what in it has no value. */
function Preview({ brandId, name, subject, text }: { brandId: string; name: string; subject: string; text: string }) {
  const [creator, setCreator] = useState<string>();
  const [campaign, setCampaign] = useState<string>();
  const preview = useAct({ run: (what: TemplatePreviewAsk) => body(api.POST("/v1/templates/preview", { body: what })) });
  const found = preview.data;
  const asked = preview.variables;
  const errors = preview.error?.byField ?? {};
  return (
    <fieldset className={classes.simulator}>
      <legend>Preview for a creator</legend>
      <Group align="end">
        <div className={classes.grow}><CreatorSelect label="Creator" value={creator} onChange={setCreator} error={errors.creator_id} /></div>
        <div className={classes.grow}><CampaignSelect label="Campaign" brandId={brandId} value={campaign} onChange={setCampaign} error={errors.campaign_id} /></div>
        <Button
          variant="default" loading={preview.isPending} disabled={!creator}
          onClick={() => creator && preview.mutate({ brand_id: brandId, name: name || undefined, subject, body: text, creator_id: creator, campaign_id: campaign })}
        >
          Preview
        </Button>
      </Group>
      <ProblemNotice problem={preview.error} shownFields={["creator_id", "campaign_id"]} />
      {found && (
        <section className={classes.preview} aria-label="As it would arrive">
          {(asked?.subject !== subject || asked.body !== text || asked.creator_id !== creator || asked.campaign_id !== campaign) && (
            <p className="soft">Something was changed since. Press Preview to see it as it is now.</p>
          )}
          {found.missing.length > 0 && (
            <Notice tone="attention" title="This would block the mail">
              {found.missing.length === 1 ? "This tag has no value" : "These tags have no value"} for this creator: {listed(found.missing)}
            </Notice>
          )}
          <Facts facts={[["To", found.to ?? "No address is known"], ["Subject", found.subject]]} />
          <div className={`prewrap ${classes.mail}`}>{found.text}</div>
          {found.later.length > 0 && <p className="soft">Filled in later, when it is known what the mail is about: {listed(found.later)}</p>}
        </section>
      )}
    </fieldset>
  );
}
