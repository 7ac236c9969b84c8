import { Button, Group } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconDownload, IconMessagePlus, IconPin } from "@tabler/icons-react";
import { useCallback, useRef, useState, type KeyboardEvent, type MouseEvent } from "react";

import { asProblem } from "../../api/problem";
import { submissionFileQuery } from "../../api/queries";
import type { CommentAnchor, Submission } from "../../api/schema";
import { LoadingLines } from "../Loading";
import { LoadFailed, ProblemNotice } from "../Notice";
import { clock } from "./anchors";
import { Caption, type Mark } from "./Caption";
import classes from "./Review.module.css";

// Types a browser shows without running anything of theirs. SVG is left out: it can carry scripts.
const images = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"];
const videos = ["video/mp4", "video/webm"];

/** What a draft shows to whoever looks at it. */
export type Draft = Pick<Submission, "version" | "caption" | "note" | "file_name" | "file_type" | "file_size" | "media" | "declared_spoken" | "declared_written">;

type FileQuery = ReturnType<typeof submissionFileQuery>;

/** A place in the picture that somebody commented on. */
export interface Pin {
  x: number;
  y: number;
  number: number;
  label: string;
  active: boolean;
  onClick: () => void;
}

/** How places in the content are commented on; without it the content is only shown. */
export interface Places {
  pins: Pin[];
  marks: Mark[];
  /** The place that is being chosen, which arrows still move. */
  choosing: CommentAnchor | undefined;
  onChoose: (anchor: CommentAnchor) => void;
  /** The place stands; now the words are written. */
  onChosen: () => void;
}

/** How a file can be shown here; undefined for one that is only downloaded. */
export function shownAs({ file_name, file_type = "" }: Draft): "image" | "video" | undefined {
  if (!file_name) return undefined;
  return images.includes(file_type) ? "image" : videos.includes(file_type) ? "video" : undefined;
}

/** What was submitted, for the people of the house. */
export function Content({ submission, places }: { submission: Submission; places?: Places }) {
  return <DraftContent draft={submission} file={submissionFileQuery(submission.id)} href={`/v1/submissions/${submission.id}/file`} places={places} />;
}

/** What was submitted: the file shown where that is safe, the caption, and the creator's note. Without an address the file is saved through its query. */
export function DraftContent({ draft, file, href, places }: { draft: Draft; file: FileQuery; href?: string; places?: Places }) {
  const { media } = draft;
  return (
    <div className={classes.content}>
      {draft.file_name && (
        <>
          <Preview draft={draft} file={file} places={places} />
          <FileLine draft={draft} name={draft.file_name} href={href} />
          {!href && <Save name={draft.file_name} file={file} />}
          {media?.problem && <p className="soft" style={{ margin: 0 }}>It could not be measured: {media.problem}</p>}
        </>
      )}
      <Caption
        caption={draft.caption}
        marks={places?.marks}
        onSpan={places && ((span) => {
          places.onChoose({ kind: "span", ...span });
          places.onChosen();
        })}
      />
      {draft.note && (
        <div>
          <h3 className={classes.label}>The creator’s note</h3>
          <div className="prewrap">{draft.note}</div>
        </div>
      )}
      {(draft.declared_spoken !== undefined || draft.declared_written !== undefined) && (
        <div>
          <h3 className={classes.label}>The creator declares</h3>
          <div>
            That it is an ad is {draft.declared_spoken ? "said" : "not said"}{draft.declared_written !== undefined && ` and ${draft.declared_written ? "shown" : "not shown"}`} in the video.
          </div>
        </div>
      )}
    </div>
  );
}

/** The file itself, shown where a browser can do that safely. */
export function File({ submission }: { submission: Submission }) {
  return <Preview draft={submission} file={submissionFileQuery(submission.id)} />;
}

function Preview({ draft, file, places }: { draft: Draft; file: FileQuery; places?: Places }) {
  const as = shownAs(draft);
  return as ? <Shown draft={draft} file={file} as={as} places={places} /> : null;
}

function Shown({ draft, file: query, as, places }: { draft: Draft; file: FileQuery; as: "image" | "video"; places?: Places }) {
  const type = draft.file_type ?? "";
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
  const name = `Draft, version ${draft.version}`;
  if (as === "video") return places ? <Player show={show} name={name} places={places} /> : <video className={classes.media} ref={show} controls preload="metadata" aria-label={name} />;
  const picture = <img className={classes.media} ref={show} alt={name} />;
  return places ? <Pinned places={places}>{picture}</Pinned> : picture;
}

/** What the file is called and what it is; with an address it is saved from there. */
function FileLine({ draft, name, href }: { draft: Draft; name: string; href?: string }) {
  const { media } = draft;
  const facts = [
    draft.file_size !== undefined && sizeText(draft.file_size),
    media?.width && media.height && `${media.width} × ${media.height}`,
    media?.seconds && clock(media.seconds),
    media?.has_audio === false && "no sound",
  ].filter(Boolean);
  const said = facts.length > 0 && <span className="soft">{facts.join(", ")}</span>;
  if (!href) return <div className={classes.file}>{name} {said}</div>;
  return (
    <a href={href} download={name} className={classes.file}>
      <IconDownload size={15} aria-hidden />
      {name}
      {said}
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

function Player({ show, name, places }: { show: (element: HTMLVideoElement | null) => void; name: string; places: Places }) {
  const [at, setAt] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  return (
    <div ref={box}>
      <video className={classes.media} ref={show} controls preload="metadata" aria-label={name} onTimeUpdate={({ currentTarget }) => setAt(currentTarget.currentTime)} onSeeked={({ currentTarget }) => setAt(currentTarget.currentTime)} />
      <Button
        mt={8}
        size="xs"
        variant="default"
        leftSection={<IconMessagePlus size={15} aria-hidden />}
        onClick={() => {
          const player = box.current?.querySelector("video");
          player?.pause();
          places.onChoose({ kind: "time", seconds: Math.round((player?.currentTime ?? at) * 10) / 10 });
          places.onChosen();
        }}
      >
        Comment at {clock(at)}
      </Button>
    </div>
  );
}

const share = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000;
const steps: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** A picture with the places that were commented on. A press on the picture, or a pin moved by the arrows, chooses another. */
function Pinned({ places, children }: { places: Places; children: React.ReactNode }) {
  const { pins, choosing, onChoose, onChosen } = places;
  const pin = useRef<HTMLButtonElement>(null);
  const point = choosing?.kind === "point" ? { x: choosing.x ?? 0.5, y: choosing.y ?? 0.5 } : undefined;

  const press = ({ currentTarget, clientX, clientY }: MouseEvent) => {
    const { left, top, width, height } = currentTarget.getBoundingClientRect();
    if (width === 0 || height === 0) return;
    onChoose({ kind: "point", x: share((clientX - left) / width), y: share((clientY - top) / height) });
    onChosen();
  };
  const move = (event: KeyboardEvent) => {
    const step = steps[event.key];
    if (!step || !point) return;
    event.preventDefault();
    const size = event.shiftKey ? 0.1 : 0.01;
    onChoose({ kind: "point", x: share(point.x + step[0] * size), y: share(point.y + step[1] * size) });
  };

  return (
    <div>
      <div className={classes.pinned}>
        {/* The mouse's way; the button below is the keyboard's. */}
        <div className={classes.picture} onClick={press}>{children}</div>
        {pins.map(({ x, y, number, label, active, onClick }) => (
          <button key={number} type="button" className={classes.pin} data-active={active || undefined} style={{ left: `${x * 100}%`, top: `${y * 100}%` }} aria-label={`Comment ${number}: ${label}`} onClick={onClick}>
            {number}
          </button>
        ))}
        {point && (
          <button
            ref={pin}
            type="button"
            className={`${classes.pin} ${classes.newPin}`}
            style={{ left: `${point.x * 100}%`, top: `${point.y * 100}%` }}
            data-own-arrows
            aria-roledescription="pin that the arrow keys move"
            aria-label={`New comment, ${Math.round(point.x * 100)} % from the left, ${Math.round(point.y * 100)} % from the top`}
            onKeyDown={move}
            onClick={onChosen}
          >
            <IconPin size={14} aria-hidden />
          </button>
        )}
      </div>
      <Group gap={8} mt={8}>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconMessagePlus size={15} aria-hidden />}
          onClick={() => {
            if (!point) onChoose({ kind: "point", x: 0.5, y: 0.5 });
            // It is on the page only after the next paint.
            requestAnimationFrame(() => pin.current?.focus());
          }}
        >
          Comment on a place
        </Button>
        <span className="soft" role="status">{point ? "The arrow keys move the pin, with Shift further; Enter goes to the words." : "Or press on the picture."}</span>
      </Group>
    </div>
  );
}

function sizeText(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
