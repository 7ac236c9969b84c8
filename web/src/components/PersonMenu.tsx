import { ActionIcon } from "@mantine/core";
import { IconUserCircle } from "@tabler/icons-react";
import { lazy, Suspense, useRef, useState } from "react";

import { useSession } from "../lib/session";
import { tour } from "../lib/tour";
import classes from "./PersonMenu.module.css";

const PersonPanel = lazy(() => import("./PersonPanel"));

/** The person's corner. The browser's own popover opens it, closes it on Escape or a press elsewhere, and gives the focus back. */
export function PersonMenu({ onHelp }: { onHelp: () => void }) {
  const session = useSession();
  const box = useRef<HTMLDivElement>(null);
  const [asked, setAsked] = useState(false);
  return (
    <>
      <ActionIcon size="lg" aria-label={`Your menu, ${session?.name ?? ""}`} popoverTarget="person" onClick={() => setAsked(true)} onMouseEnter={() => setAsked(true)}>
        <IconUserCircle size={22} stroke={1.6} aria-hidden />
      </ActionIcon>
      <div id="person" popover="auto" ref={box} className={classes.panel}>
        {asked && (
          <Suspense>
            <PersonPanel
              onHelp={() => {
                box.current?.hidePopover();
                onHelp();
              }}
              onTour={() => {
                box.current?.hidePopover();
                tour.start();
              }}
            />
          </Suspense>
        )}
      </div>
    </>
  );
}
