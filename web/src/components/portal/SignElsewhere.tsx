import { Button } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";

import type { Contract } from "../../api/schema";

/** Leads to where the contract is signed, when that is not here. */
export function SignElsewhere({ elsewhere: { url, state, email } }: { elsewhere: NonNullable<Contract["elsewhere"]> }) {
  if (url)
    return (
      <>
        <p style={{ margin: 0 }}>You sign at Documenso. This page shows your signature soon after.</p>
        <Button component="a" href={url} size="md" rightSection={<IconExternalLink size={18} aria-hidden />}>Read and sign at Documenso</Button>
      </>
    );
  return <p style={{ margin: 0 }}>{state === "opening" ? `The contract is being prepared at Documenso. A mail with the link goes to ${email} soon.` : "This contract can no longer be signed at Documenso. The brand has been told; write to them if you have a question."}</p>;
}
