import { useQuery } from "@tanstack/react-query";
import { IconDownload } from "@tabler/icons-react";
import { useCallback } from "react";

import { submissionFileQuery } from "../../api/queries";
import type { Submission } from "../../api/schema";
import { LoadingLines } from "../Loading";
import { LoadFailed } from "../Notice";
import classes from "./Review.module.css";

// Types a browser shows without running anything of theirs. SVG is left out: it can carry scripts.
const images = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"];
const videos = ["video/mp4", "video/webm"];

/** What was submitted: the file shown where that is safe, the caption, and the creator's note. */
export function Content({ submission }: { submission: Submission }) {
  const type = submission.file_type ?? "";
  const shown = images.includes(type) ? "image" : videos.includes(type) ? "video" : undefined;
  return (
    <div className={classes.content}>
      {submission.file_name && (
        <>
          {shown && <Preview submission={submission} type={type} as={shown} />}
          <a href={`/v1/submissions/${submission.id}/file`} download={submission.file_name} className={classes.file}>
            <IconDownload size={15} aria-hidden />
            {submission.file_name}
            {submission.file_size !== undefined && <span className="soft">{sizeText(submission.file_size)}</span>}
          </a>
        </>
      )}
      <div>
        <h3 className={classes.label}>Caption</h3>
        <div className={`prewrap ${classes.caption}`}>{submission.caption || <span className="soft">No caption</span>}</div>
      </div>
      {submission.note && (
        <div>
          <h3 className={classes.label}>The creator’s note</h3>
          <div className="prewrap">{submission.note}</div>
        </div>
      )}
    </div>
  );
}

function Preview({ submission, type, as }: { submission: Submission; type: string; as: "image" | "video" }) {
  const file = useQuery(submissionFileQuery(submission.id));
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
  if (as === "image") return <img className={classes.media} ref={show} alt={`Draft, version ${submission.version}`} />;
  return <video className={classes.media} ref={show} controls preload="metadata" aria-label={`Draft, version ${submission.version}`} />;
}

function sizeText(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
