import { NativeSelect, Stack, VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { diffWordsWithSpace } from "diff";
import { useState } from "react";

import { submissionFileQuery, submissionsQuery } from "../../api/queries";
import type { Submission } from "../../api/schema";
import { LoadingLines } from "../Loading";
import { LoadFailed } from "../Notice";
import { RelativeTime } from "../RelativeTime";
import { File, shownAs } from "./Content";
import classes from "./Review.module.css";

/** This version beside an earlier one: the captions word by word, the files next to each other. */
export default function Versions({ submission, beforeId }: { submission: Submission; beforeId: string | undefined }) {
  const versions = useQuery(submissionsQuery(submission.deliverable_id));
  const [chosen, setChosen] = useState(beforeId);
  if (versions.error && !versions.data) return <LoadFailed error={versions.error} retry={() => void versions.refetch()} />;
  if (!versions.data) return <LoadingLines lines={3} />;
  const earlier = versions.data.items.filter(({ version }) => version < submission.version).sort((a, b) => b.version - a.version);
  const before = earlier.find(({ id }) => id === chosen) ?? earlier[0];
  if (!before) return <p className="soft" style={{ margin: 0 }}>There is no earlier version.</p>;
  return (
    <Stack gap="md">
      <NativeSelect
        label="Compare with"
        value={before.id}
        onChange={(event) => setChosen(event.currentTarget.value)}
        data={earlier.map(({ id, version }) => ({ value: id, label: `Version ${version}${version === submission.version - 1 ? ", the one before" : ""}` }))}
        w={{ base: "100%", xs: 240 }}
      />
      <Captions before={before} now={submission} />
      <Files before={before} now={submission} />
      {before.note !== submission.note && (
        <div className={classes.sides}>
          <Side what="Note" version={before}><div className="prewrap">{before.note || <span className="soft">No note</span>}</div></Side>
          <Side what="Note" version={submission}><div className="prewrap">{submission.note || <span className="soft">No note</span>}</div></Side>
        </div>
      )}
    </Stack>
  );
}

function Side({ what, version, children }: { what: string; version: Submission; children: React.ReactNode }) {
  return (
    <div role="group" aria-label={`${what} of version ${version.version}`}>
      <h3 className={classes.label}>{what}, version {version.version}, <RelativeTime at={version.created_at} /></h3>
      {children}
    </div>
  );
}

function Captions({ before, now }: { before: Submission; now: Submission }) {
  if (before.caption === now.caption) return <p style={{ margin: 0 }}>The caption is the same.</p>;
  const parts = diffWordsWithSpace(before.caption, now.caption);
  return (
    <div className={classes.sides}>
      <Side what="Caption" version={before}>
        <div className={`prewrap ${classes.caption}`}>
          {parts.map(({ value, added, removed }, at) => (added ? null : removed ? <del key={at}><VisuallyHidden>removed: </VisuallyHidden>{value}</del> : value))}
          {!before.caption && <span className="soft">No caption</span>}
        </div>
      </Side>
      <Side what="Caption" version={now}>
        <div className={`prewrap ${classes.caption}`}>
          {parts.map(({ value, added, removed }, at) => (removed ? null : added ? <ins key={at}><VisuallyHidden>added: </VisuallyHidden>{value}</ins> : value))}
          {!now.caption && <span className="soft">No caption</span>}
        </div>
      </Side>
    </div>
  );
}

/** Whether two files hold the same bytes; names and sizes alone do not say. */
function useSame(before: Submission, now: Submission): boolean | undefined {
  const like = Boolean(before.file_name && now.file_name) && before.file_size === now.file_size && before.file_type === now.file_type;
  const one = useQuery({ ...submissionFileQuery(before.id), enabled: like });
  const other = useQuery({ ...submissionFileQuery(now.id), enabled: like });
  const same = useQuery({
    queryKey: ["submission", "one", before.id, "same", now.id],
    queryFn: async () => {
      const [a, b] = await Promise.all([one.data, other.data].map(async (blob) => new Uint8Array(await (blob ?? new Blob()).arrayBuffer())));
      return a !== undefined && a.length === b?.length && a.every((byte, at) => byte === b[at]);
    },
    enabled: like && one.data !== undefined && other.data !== undefined,
    staleTime: Infinity,
  });
  return like ? same.data : false;
}

function Files({ before, now }: { before: Submission; now: Submission }) {
  const same = useSame(before, now);
  if (!before.file_name && !now.file_name) return null;
  if (same) return <p style={{ margin: 0 }}>The same file: {now.file_name}.</p>;
  return (
    <div className={classes.sides}>
      {[before, now].map((version) => (
        <Side key={version.id} what="File" version={version}>
          {version.file_name ? (
            <>
              {shownAs(version) && <File submission={version} />}
              <a href={`/v1/submissions/${version.id}/file`} download={version.file_name} className={classes.file}>{version.file_name}</a>
            </>
          ) : <span className="soft">No file</span>}
        </Side>
      ))}
    </div>
  );
}
