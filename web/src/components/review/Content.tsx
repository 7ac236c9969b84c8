import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconDownload } from "@tabler/icons-react";
import { useCallback } from "react";

import { asProblem } from "../../api/problem";
import { submissionFileQuery } from "../../api/queries";
import type { Submission } from "../../api/schema";
import { LoadingLines } from "../Loading";
import { LoadFailed, ProblemNotice } from "../Notice";
import classes from "./Review.module.css";

// Types a browser shows without running anything of theirs. SVG is left out: it can carry scripts.
const images = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"];
const videos = ["video/mp4", "video/webm"];

/** What a draft shows to whoever looks at it. */
export type Draft = Pick<Submission, "version" | "caption" | "note" | "file_name" | "file_type" | "file_size">;

type FileQuery = ReturnType<typeof submissionFileQuery>;

/** What was submitted, for the people of the house. */
export function Content({ submission }: { submission: Submission }) {
  return <DraftContent draft={submission} file={submissionFileQuery(submission.id)} href={`/v1/submissions/${submission.id}/file`} />;
}

/** What was submitted: the file shown where that is safe, the caption, and the creator's note. Without an address the file is saved through its query. */
export function DraftContent({ draft, file, href }: { draft: Draft; file: FileQuery; href?: string }) {
  const type = draft.file_type ?? "";
  const shown = images.includes(type) ? "image" : videos.includes(type) ? "video" : undefined;
  return (
    <div className={classes.content}>
      {draft.file_name && (
        <>
          {shown && <Preview draft={draft} file={file} type={type} as={shown} />}
          <FileLine draft={draft} name={draft.file_name} href={href} />
          {!href && <Save name={draft.file_name} file={file} />}
        </>
      )}
      <div>
        <h3 className={classes.label}>Caption</h3>
        <div className={`prewrap ${classes.caption}`}>{draft.caption || <span className="soft">No caption</span>}</div>
      </div>
      {draft.note && (
        <div>
          <h3 className={classes.label}>The creator’s note</h3>
          <div className="prewrap">{draft.note}</div>
        </div>
      )}
    </div>
  );
}

function Preview({ draft, file: query, type, as }: { draft: Draft; file: FileQuery; type: string; as: "image" | "video" }) {
  const file = useQuery(query);
  // The file is served as an attachment; here it gets back the type it was checked for, for as long as it is shown.
  const blob = file.data;
  const show = useCallback((element: HTMLImageElement | HTMLVideoElement | null) => {
    if (!element || !blob) return;
    const address = URL.createObjectURL(blob.slice(0, blob.size, type));
    element.src = address;
    return () => URL.revokeObjectURL(address);
  }, [blob, type]);

  if (file.error) return <LoadFailed error={file.error} retry={() => void file.refetch()} />;
  if (!blob) return <LoadingLines lines={4} />;
  if (as === "image") return <img className={classes.media} ref={show} alt={`Draft, version ${draft.version}`} />;
  return <video className={classes.media} ref={show} controls preload="metadata" aria-label={`Draft, version ${draft.version}`} />;
}

/** What the file is called; with an address it is saved from there. */
function FileLine({ draft, name, href }: { draft: Draft; name: string; href?: string }) {
  const size = draft.file_size !== undefined && <span className="soft">{sizeText(draft.file_size)}</span>;
  if (!href) return <div className={classes.file}>{name} {size}</div>;
  return (
    <a href={href} download={name} className={classes.file}>
      <IconDownload size={15} aria-hidden />
      {name}
      {size}
    </a>
  );
}

/** A file that only its query may ask for, kept on the reader's device. */
function Save({ name, file }: { name: string; file: FileQuery }) {
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: () => queries.query({ ...file, staleTime: "static" }),
    onSuccess: (blob) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    },
  });
  return (
    <div>
      <Button variant="default" leftSection={<IconDownload size={15} aria-hidden />} loading={save.isPending} onClick={() => save.mutate()}>Save the file</Button>
      <ProblemNotice problem={save.error && asProblem(save.error)} />
    </div>
  );
}

function sizeText(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
