import { Button } from "@mantine/core";
import { useState } from "react";

import type { Message } from "../api/schema";
import classes from "./Timeline.module.css";

// Nothing may load, run or be sent from inside a mail, whatever the sanitiser let through.
const wrap = (html: string) =>
  `<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`
  + `<meta name="color-scheme" content="light"><style>body{font:14px/1.5 system-ui,sans-serif;margin:12px;background:#fff;color:#1b1f21;overflow-wrap:anywhere}</style>${html}`;

/** What was said: the words, the quoted rest folded away, and an HTML mail as it was sent, shut off from the page. The subject is left out where it stands above already. */
export function MessageBody({ message, subject = true }: { message: Message; subject?: boolean }) {
  const [asSent, setAsSent] = useState(false);
  const [quoted, setQuoted] = useState(false);
  return (
    <div>
      {subject && message.subject && <div className={classes.subject}>{message.subject}</div>}
      {asSent && message.html ? (
        <iframe className={classes.mail} sandbox="" srcDoc={wrap(message.html)} title={`Mail as it was sent: ${message.subject ?? "no subject"}`} />
      ) : (
        <div className="prewrap">{message.text ?? <span className="soft">No text</span>}</div>
      )}
      {quoted && message.quoted && <blockquote className={classes.quoted}>{message.quoted}</blockquote>}
      <div className={classes.fold}>
        {message.quoted && (
          <Button variant="subtle" size="compact-xs" mih={24} color="gray" onClick={() => setQuoted(!quoted)} aria-expanded={quoted}>
            {quoted ? "Hide the quoted text" : "Show the quoted text"}
          </Button>
        )}
        {message.html && (
          <Button variant="subtle" size="compact-xs" mih={24} color="gray" onClick={() => setAsSent(!asSent)} aria-pressed={asSent}>
            {asSent ? "Show as text" : "Show as it was sent"}
          </Button>
        )}
      </div>
    </div>
  );
}
