import { Button, Group, Textarea } from "@mantine/core";
import { IconMessagePlus } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";

import { pieces, toPoints, type Span } from "../../lib/codepoints";
import classes from "./Review.module.css";

/** Words that are marked: by a comment, which has a number, or by a check. */
export interface Mark extends Span {
  number?: number;
  active: boolean;
  onClick?: () => void;
}

/** What is chosen inside an element, in characters of its text. */
function chosenIn(box: HTMLElement): Span | undefined {
  const selection = document.getSelection();
  if (!selection || selection.rangeCount === 0 || selection.isCollapsed) return undefined;
  const range = selection.getRangeAt(0);
  if (!box.contains(range.startContainer) || !box.contains(range.endContainer)) return undefined;
  const before = document.createRange();
  before.selectNodeContents(box);
  before.setEnd(range.startContainer, range.startOffset);
  const [start, chosen, text] = [before.toString().length, range.toString().length, box.textContent];
  const [from, to] = [toPoints(text, start), toPoints(text, start + chosen)];
  return to > from ? { from, to } : undefined;
}

/** Where in the caption a place of a text field is: a field counts the end of a line once, however it is written. */
function inCaption(caption: string, at: number): number {
  let units = 0;
  for (let left = at; left > 0; left--) units += caption.startsWith("\r\n", units) ? 2 : 1;
  return toPoints(caption, units);
}

/** The caption with what is marked in it. Words that are selected can be commented on; by keyboard, in a field of their own. */
export function Caption({ caption, marks = [], onSpan }: { caption: string; marks?: Mark[]; onSpan?: (span: Span) => void }) {
  const box = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState<Span>();
  const [byKeys, setByKeys] = useState(false);
  const active = marks.find((mark) => mark.active);

  useEffect(() => {
    if (!onSpan) return;
    const onSelection = () => setChosen(box.current ? chosenIn(box.current) : undefined);
    document.addEventListener("selectionchange", onSelection);
    return () => document.removeEventListener("selectionchange", onSelection);
  }, [onSpan]);

  const shown = active && `${active.from}-${active.to}`;
  useEffect(() => {
    if (shown) box.current?.querySelector("mark[data-active]")?.scrollIntoView({ block: "nearest" });
  }, [shown]);

  return (
    <div>
      <h3 className={classes.label}>Caption</h3>
      <div className={`prewrap ${classes.caption}`} ref={box}>
        {!caption && <span className="soft">No caption</span>}
        {pieces(caption, marks).map((piece) => {
          const number = piece.spans.find((mark) => mark.number !== undefined && mark.from === piece.at)?.number;
          const press = piece.spans.find(({ onClick }) => onClick)?.onClick;
          return piece.spans.length === 0 ? piece.text : (
            // The number is drawn by the style sheet: in the text it would shift what selections count.
            <mark key={piece.at} data-number={number} data-active={piece.spans.some((mark) => mark.active) || undefined} onClick={press}>{piece.text}</mark>
          );
        })}
      </div>
      {onSpan && caption && !byKeys && (
        <Group gap={8} mt={8}>
          {chosen ? (
            <Button
              size="xs"
              variant="light"
              leftSection={<IconMessagePlus size={15} aria-hidden />}
              // Pressing must not take the selection away before it is read.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => {
                onSpan(chosen);
                document.getSelection()?.removeAllRanges();
              }}
            >
              Comment on this
            </Button>
          ) : (
            <Button size="xs" variant="default" leftSection={<IconMessagePlus size={15} aria-hidden />} onClick={() => setByKeys(true)}>Comment on words</Button>
          )}
        </Group>
      )}
      {onSpan && byKeys && (
        <WordsByKeys
          caption={caption}
          onSpan={(span) => {
            setByKeys(false);
            onSpan(span);
          }}
          onClose={() => setByKeys(false)}
        />
      )}
    </div>
  );
}

/** The caption in a field that takes no typing, where keys can select. */
function WordsByKeys({ caption, onSpan, onClose }: { caption: string; onSpan: (span: Span) => void; onClose: () => void }) {
  const [chosen, setChosen] = useState<Span>();
  return (
    <div className={classes.byKeys}>
      <Textarea
        label="Select the words"
        description="With Shift and the arrow keys, or with the mouse"
        readOnly
        autosize
        autoFocus
        value={caption}
        onSelect={({ currentTarget: { selectionStart: start, selectionEnd: end } }) => setChosen(end > start ? { from: inCaption(caption, start), to: inCaption(caption, end) } : undefined)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onClose();
        }}
      />
      <Group gap={8} mt={8}>
        <Button size="xs" disabled={!chosen} onClick={() => chosen && onSpan(chosen)}>Comment on this</Button>
        <Button size="xs" variant="default" onClick={onClose}>Leave it</Button>
      </Group>
    </div>
  );
}
