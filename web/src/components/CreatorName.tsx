import { Link, type LinkProps } from "@tanstack/react-router";

import type { CreatorRef } from "../api/schema";
import classes from "./CreatorName.module.css";

/** The first letters of the first and the last word. */
function initials(name: string): string {
  const parts = name.split(/\s+/).filter(Boolean);
  return [parts[0], parts.length > 1 ? parts.at(-1) : undefined].map((part) => (part ? String.fromCodePoint(part.codePointAt(0) ?? 0) : "")).join("").toUpperCase();
}

/** A round mark with a creator's letters; decoration beside the name. */
export function CreatorMark({ name, large = false }: { name: string; large?: boolean }) {
  return (
    <span className={`${classes.mark} ${large ? classes.large : ""}`} aria-hidden>
      {initials(name)}
    </span>
  );
}

/** Who the row is about, and the link that the row follows. */
export function CreatorName({ creator, link }: { creator: CreatorRef; link?: LinkProps }) {
  return (
    <span className={classes.creator}>
      <CreatorMark name={creator.name} />
      <span className={classes.words}>
        {link ? <Link {...link}>{creator.name}</Link> : <span>{creator.name}</span>}
        {creator.handle && (
          <span className={classes.handle} title={creator.handle}>
            {creator.handle}
            {creator.platform && ` · ${creator.platform}`}
          </span>
        )}
      </span>
    </span>
  );
}
