import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useLocation, useNavigate } from "@tanstack/react-router";
import {
  IconAddressBook, IconCalendar, IconChartBar, IconClock, IconCoin, IconEye, IconFileText, IconHeartHandshake, IconHome, IconInbox, IconMenu2, IconPlayerPause, IconPlayerPlay,
  IconPlugConnectedX,
  IconSearch, IconSettings, IconSpeakerphone, type TablerIcon,
} from "@tabler/icons-react";
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from "react";

import { overviewQuery } from "../api/queries";
import type { Overview, Role } from "../api/schema";
import { useStream } from "../api/stream";
import { books, hasRole, houseRoles, useSession } from "../lib/session";
import { useShortcuts } from "../lib/shortcuts";
import { Bell } from "./Bell";
import { BrandSwitcher } from "./BrandSwitcher";
import classes from "./Frame.module.css";
import { PersonMenu } from "./PersonMenu";
import { Chip } from "./StatusChip";

// What is opened by a key or a press comes when it is first asked for.
const CommandPalette = lazy(() => import("./CommandPalette"));
const ShortcutHelp = lazy(() => import("./ShortcutHelp"));
const ExactTimes = lazy(() => import("./ExactTimes"));
const PhoneMenu = lazy(() => import("./PhoneMenu"));

/** What is opened over the page; one at a time. */
type Over = "palette" | "help" | "menu";

interface Place {
  to: string;
  label: string;
  icon: TablerIcon;
  /** What waits for the viewer there. */
  count?: (overview: Overview) => number;
  keys: string;
  phone?: boolean;
  /** Who may see it; everybody when absent. */
  roles?: Role[];
}

const allPlaces: Place[] = [
  { to: "/", label: "Home", icon: IconHome, keys: "g h", phone: true },
  { to: "/inbox", label: "Inbox", icon: IconInbox, count: ({ replies_new }) => replies_new, keys: "g i", phone: true },
  { to: "/partnerships", label: "Partnerships", icon: IconHeartHandshake, keys: "g p" },
  { to: "/campaigns", label: "Campaigns", icon: IconSpeakerphone, keys: "g c" },
  { to: "/creators", label: "Creators", icon: IconAddressBook, keys: "g k" },
  { to: "/reviews", label: "Reviews", icon: IconEye, count: ({ reviews_mine }) => reviews_mine, keys: "g r", phone: true },
  { to: "/calendar", label: "Calendar", icon: IconCalendar, keys: "g l" },
  { to: "/contracts", label: "Contracts", icon: IconFileText, keys: "g o" },
  { to: "/payouts", label: "Payments", icon: IconCoin, count: ({ payouts_to_approve }) => payouts_to_approve, keys: "g m", phone: true, roles: houseRoles },
  { to: "/reports", label: "Reports", icon: IconChartBar, keys: "g t", roles: books },
  { to: "/settings", label: "Settings", icon: IconSettings, keys: "g s" },
];

function PlaceLink({ place, overview, className, onClick }: { place: Place; overview?: Overview; className?: string; onClick?: () => void }) {
  const waiting = overview && place.count ? place.count(overview) : 0;
  const Icon = place.icon;
  return (
    <Link to={place.to} className={className} onClick={onClick} activeOptions={{ exact: place.to === "/", includeSearch: false }}>
      <Icon size={18} stroke={1.7} aria-hidden />
      <span>{place.label}</span>
      {waiting > 0 && (
        <span className={classes.count} aria-label={`${waiting} waiting`}>
          {waiting > 99 ? "99+" : waiting}
        </span>
      )}
    </Link>
  );
}

/** What stands around every page of the house: the rail, the top bar, and at the foot of a phone the five places. */
export function Frame({ brandId, children }: { brandId: string | undefined; children: ReactNode }) {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const session = useSession();
  const places = allPlaces.filter(({ roles }) => !roles || hasRole(session, roles));
  const overview = useQuery(overviewQuery(brandId)).data;
  const stream = useStream();
  const paused = stream.missed !== undefined;
  const changed = stream.missed === 1 ? "change" : "changes";
  const turn = paused ? stream.resume : stream.pause;
  const [over, setOver] = useState<Over | null>(null);
  const [asked, setAsked] = useState<Partial<Record<Over, true>>>({});
  const open = (what: Over) => {
    setAsked((before) => ({ ...before, [what]: true }));
    setOver(what);
  };
  const close = () => setOver(null);
  const main = useRef<HTMLElement>(null);
  const firstPath = useRef(pathname);

  // Those who hear pages start at the new page's content, not at the rail again.
  useEffect(() => {
    if (firstPath.current === pathname) return;
    firstPath.current = pathname;
    main.current?.focus({ preventScroll: true });
  }, [pathname]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        open("palette");
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  useShortcuts("Everywhere", [
    { keys: "?", label: "Show the keys of this page", run: () => open("help") },
    { keys: "p", label: paused ? "Show what changed and go on" : "Pause the live updates", run: turn },
    ...places.map(({ to, label, keys }) => ({ keys, label: `Go to ${label}`, run: () => void navigate({ to }) })),
  ]);

  return (
    <div className={classes.frame}>
      <a className={classes.skip} href="#main">
        Skip to the page
      </a>
      <nav className={classes.rail} aria-label="Places">
        <Link to="/" className={classes.brandmark}>
          <img src="/icon.svg" width={22} height={22} alt="" />
          Rapport
        </Link>
        <ul className={classes.nav}>
          {places.map((place) => (
            <li key={place.to}>
              <PlaceLink place={place} overview={overview} className={classes.item} />
            </li>
          ))}
        </ul>
      </nav>
      <div className={classes.top} role="region" aria-label="Brand, search and you">
        <BrandSwitcher brandId={brandId} />
        <div className={classes.spring} />
        {paused ? (
          <Button size="compact-sm" variant="light" style={{ flexShrink: 0 }} leftSection={<IconPlayerPlay size={15} aria-hidden />} aria-label={`Paused, ${stream.missed} ${changed}: show`} onClick={turn}>
            Paused, {stream.missed}<span className={classes.long}>&nbsp;{changed}: show</span>
          </Button>
        ) : stream.live ? (
          <Button size="compact-sm" variant="subtle" color="gray" style={{ flexShrink: 0 }} leftSection={<IconPlayerPause size={15} aria-hidden />} aria-label="Live: pause the updates" onClick={turn}>
            <span className={classes.long}>Live</span>
          </Button>
        ) : (
          <Chip tone="held" icon={<IconPlugConnectedX size={13} aria-hidden />}>
            <span role="status">Not live</span>
          </Chip>
        )}
        <button type="button" className={classes.search} onClick={() => open("palette")} aria-label="Search or jump to" aria-keyshortcuts="Control+K Meta+K">
          <IconSearch size={15} aria-hidden />
          <span>Search or jump to</span>
          <kbd>⌘K</kbd>
        </button>
        <Bell />
        <PersonMenu onHelp={() => open("help")} />
      </div>
      <main className={classes.main} id="main" ref={main} tabIndex={-1}>
        {overview?.clock_note && (
          <div className={classes.note} data-screen>
            <IconClock size={15} aria-hidden />
            {overview.clock_note}
          </div>
        )}
        {children}
      </main>
      <nav className={classes.bottom} aria-label="Main places">
        {places.filter(({ phone }) => phone).map((place) => (
          <PlaceLink key={place.to} place={place} overview={overview} className={classes.tab} />
        ))}
        <button type="button" className={classes.tab} onClick={() => open("menu")} aria-haspopup="dialog" aria-expanded={over === "menu"}>
          <IconMenu2 size={18} stroke={1.7} aria-hidden />
          Menu
        </button>
      </nav>
      <Suspense>
        {asked.palette && <CommandPalette opened={over === "palette"} onClose={close} places={places} />}
        <ExactTimes />
        {asked.help && <ShortcutHelp opened={over === "help"} onClose={close} />}
        {asked.menu && (
          <PhoneMenu opened={over === "menu"} onClose={close}>
            <ul className={classes.nav}>
              {places.map((place) => (
                <li key={place.to}>
                  <PlaceLink place={place} overview={overview} className={classes.item} onClick={close} />
                </li>
              ))}
            </ul>
          </PhoneMenu>
        )}
      </Suspense>
    </div>
  );
}
