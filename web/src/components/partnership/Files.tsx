import { Button } from "@mantine/core";

import { usePages } from "../../api/pages";
import { partnershipFilesQuery } from "../../api/queries";
import type { PartnershipFile } from "../../api/schema";
import { sizeText } from "../inbox/words";
import { LoadingLines } from "../Loading";
import { LoadFailed } from "../Notice";
import { Section } from "../Page";
import { RelativeTime } from "../RelativeTime";
import classes from "./Deal.module.css";

const kinds: Record<PartnershipFile["kind"], string> = {
  contract: "Signed contract with its certificate",
  sealed_contract: "Sealed by Documenso",
  submission: "Content",
  attachment: "Attachment",
  proof: "Proof of payment",
  remittance: "Remittance advice",
};

/** Every file of a partnership that the reader may open, newest first. */
export default function Files({ partnershipId }: { partnershipId: string }) {
  const { data, error, refetch, more } = usePages(partnershipFilesQuery(partnershipId));
  return (
    <Section title="Files">
      {error && !data ? <LoadFailed error={error} retry={() => void refetch()} /> : !data ? <LoadingLines lines={2} /> : data.items.length === 0 && (
        <p className="soft" style={{ margin: 0 }}>No file yet. Signed contracts, what the creator hands in, attachments of messages, proofs of payment and remittances come here.</p>
      )}
      <ul className={classes.rows}>
        {data?.items.map(({ key, kind, name, about, size, at, by, path }) => (
          <li key={key}>
            <div style={{ overflowWrap: "anywhere" }}>
              <a href={path} download aria-label={`Download ${name}, ${kinds[kind]}`}>{name}</a>
              <div className={classes.small}>{kinds[kind]}{about && `: ${about}`}</div>
              <div className={classes.small}>{by && `${by}, `}<RelativeTime at={at} inList /></div>
            </div>
            <span className={classes.small}>{size !== undefined && sizeText(size)}</span>
          </li>
        ))}
      </ul>
      {more.hasNextPage && <Button variant="default" size="xs" fullWidth mt="sm" loading={more.isFetchingNextPage} onClick={() => void more.fetchNextPage()}>Show earlier</Button>}
    </Section>
  );
}
