import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { ContentCodes } from "../../api/schema";
import { ProblemNotice } from "../Notice";
import classes from "./Deal.module.css";

/** Sets, changes or removes the promo code and the tracked link. */
export default function CodesForm({ partnershipId, codes, onClose }: { partnershipId: string; codes: ContentCodes; onClose: () => void }) {
  const [code, setCode] = useState(codes.promo_code ?? "");
  const [link, setLink] = useState(codes.tracked_link ?? "");
  const act = useAct({
    run: (what: ContentCodes, key) => body(api.PUT("/v1/partnerships/{id}/codes", { params: { path: { id: partnershipId }, header: { "Idempotency-Key": key } }, body: what })),
    done: "Kept; drafts are checked for them from now on",
    close: onClose,
    touches: ["partnership"],
  });
  const fields = act.error?.byField ?? {};
  return (
    <form
      className={classes.codes}
      onSubmit={(event) => {
        event.preventDefault();
        act.mutate({ promo_code: code.trim() || undefined, tracked_link: link.trim() || undefined });
      }}
    >
      <Stack gap="xs">
        <TextInput label="Promo code" description="Empty means that none must be named" maxLength={100} value={code} onChange={(event) => setCode(event.currentTarget.value)} error={fields.promo_code} autoFocus />
        <TextInput label="Tracked link" type="url" maxLength={2000} value={link} onChange={(event) => setLink(event.currentTarget.value)} error={fields.tracked_link} />
        <ProblemNotice problem={act.error} shownFields={["promo_code", "tracked_link"]} />
        <Group gap={8}>
          <Button size="xs" type="submit" loading={act.isPending}>Save</Button>
          <Button size="xs" variant="default" onClick={onClose}>Keep as it is</Button>
        </Group>
      </Stack>
    </form>
  );
}
