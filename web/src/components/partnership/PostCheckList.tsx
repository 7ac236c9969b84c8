import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";

import { postChecksQuery, postScreenshotQuery } from "../../api/queries";
import type { PostCheck } from "../../api/schema";
import { exactText } from "../../lib/time";
import { LoadingLines } from "../Loading";
import { LoadFailed } from "../Notice";
import { RelativeTime } from "../RelativeTime";
import { StatusChip } from "../StatusChip";
import classes from "./Deal.module.css";

/** Every check of a published post, newest first, with what was seen. */
export default function PostCheckList({ deliverableId }: { deliverableId: string }) {
  const checks = useQuery(postChecksQuery(deliverableId));
  if (checks.error && !checks.data) return <LoadFailed error={checks.error} retry={() => void checks.refetch()} />;
  if (!checks.data) return <LoadingLines lines={2} />;
  if (checks.data.items.length === 0) return <p className={classes.small} style={{ margin: 0 }}>It was not checked yet. That is done at once, after 1 day and after 7 days.</p>;
  return (
    <ul className={classes.looks} aria-label="Checks of the post">
      {checks.data.items.map((check) => <Look key={check.id} check={check} />)}
    </ul>
  );
}

function Look({ check }: { check: PostCheck }) {
  const [picture, setPicture] = useState(false);
  const { at, result, url, final_url: final, problems, text, text_sha256: hash, published_at: published } = check;
  return (
    <li>
      <div className={classes.look}>
        <StatusChip noun="postCheck" state={result} />
        <span className={classes.small}><RelativeTime at={at} /></span>
      </div>
      <div className={classes.small}>{exactText(new Date(at))}{published && <>; published {exactText(new Date(published))}</>}</div>
      {problems.length > 0 && <ul className={classes.words}>{problems.map((line) => <li key={line}>{line}</li>)}</ul>}
      {final && final !== url && <div className={classes.small} style={{ overflowWrap: "anywhere" }}>It led to {final}</div>}
      {text && (
        <details className={classes.evidence}>
          <summary>The text that was found</summary>
          <div className={`prewrap ${classes.found}`}>{text}</div>
          {hash && <div className={classes.small} style={{ overflowWrap: "anywhere" }}>SHA-256 of the text: <code>{hash}</code></div>}
        </details>
      )}
      {check.has_screenshot && (
        <>
          <Button size="compact-sm" variant="default" mt={4} aria-expanded={picture} onClick={() => setPicture(!picture)}>{picture ? "Hide the screenshot" : "Show the screenshot"}</Button>
          {picture && <Screenshot id={check.id} alt={`The post as it was seen on ${exactText(new Date(at))}`} />}
        </>
      )}
    </li>
  );
}

function Screenshot({ id, alt }: { id: string; alt: string }) {
  const file = useQuery(postScreenshotQuery(id));
  const blob = file.data;
  const show = useCallback((element: HTMLImageElement | null) => {
    if (!element || !blob) return;
    const address = URL.createObjectURL(blob.slice(0, blob.size, "image/png"));
    element.src = address;
    return () => URL.revokeObjectURL(address);
  }, [blob]);
  if (file.error) return <LoadFailed error={file.error} retry={() => void file.refetch()} />;
  if (!blob) return <LoadingLines lines={3} />;
  return <img className={classes.screenshot} ref={show} alt={alt} />;
}
