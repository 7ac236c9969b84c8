import { Button } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";

import type { Contract } from "../../api/schema";
import { useSay } from "./words/Words";

/** Leads to where the contract is signed, when that is not here. */
export function SignElsewhere({ elsewhere: { url, state, email } }: { elsewhere: NonNullable<Contract["elsewhere"]> }) {
  const say = useSay();
  if (url)
    return (
      <>
        <p style={{ margin: 0 }}>{say("sign.elsewhere")}</p>
        <Button component="a" href={url} size="md" rightSection={<IconExternalLink size={18} aria-hidden />}>{say("sign.elsewhereLink")}</Button>
      </>
    );
  return <p style={{ margin: 0 }}>{state === "opening" ? say("sign.elsewhereSoon", { email }) : say("sign.elsewhereOver")}</p>;
}
