import { Drawer } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useLocation, useNavigate } from "@tanstack/react-router";
import {
  IconAddressBook, IconClock, IconCoin, IconEye, IconFileText, IconHeartHandshake, IconHome, IconInbox, IconMenu2, IconPlugConnectedX,
  IconSearch, IconSettings, IconSpeakerphone, type TablerIcon,
} from "@tabler/icons-react";
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from "react";

import { overviewQuery } from "../api/queries";
import type { Overview } from "../api/schema";
import { useStream } from "../api/stream";
import { useShortcuts } from "../lib/shortcuts";
import { BrandSwitcher } from "./BrandSwitcher";
import classes from "./Frame.module.css";
import { PersonMenu } from "./PersonMenu";
import { ShortcutHelp } from "./ShortcutHelp";
import { Chip } from "./StatusChip";

const CommandPalette = lazy(() => import("./CommandPalette"));

interface Place {
  to: string;
  label: string;
  icon: TablerIcon;
  /** What waits for the viewer there. */
  count?: (overview: Overview) => number;
  keys: string;
  phone?: boolean;
}

const places: Place[] = [
  { to: "/", label: "Home", icon: IconHome, keys: "g h", phone: true },
  { to: "/inbox", label: "Inbox", icon: IconInbox, count: ({ replies_new }) => replies_new, keys: "g i", phone: true },
  { to: "/partnerships", label: "Partnerships", icon: IconHeartHandshake, keys: "g p" },
  { to: "/campaigns", label: "Campaigns", icon: IconSpeakerphone, keys: "g c" },
  { to: "/creators", label: "Creators", icon: IconAddressBook, keys: "g k" },
  { to: "/reviews", label: "Reviews", icon: IconEye, count: ({ reviews_mine }) => reviews_mine, keys: "g r", phone: true },
  { to: "/contracts", label: "Contracts", icon: IconFileText, keys: "g o" },
  { to: "/payouts", label: "Payments", icon: IconCoin, count: ({ payouts_to_approve }) => payouts_to_approve, keys: "g m", phone: true },
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
  const overview = useQuery(overviewQuery(brandId)).data;
  const live = useStream();
  const [menu, setMenu] = useState(false);
  const [help, setHelp] = useState(false);
  const [palette, setPalette] = useState<"never" | "open" | "closed">("never");
  const main = useRef<HTMLElement>(null);
  const firstPath = useRef(pathname);

  // Those who hear pages start at the new page's content, not at the rail again.
  useEffect(() => {
    if (firstPath.current === pathname) return;
    firstPath.current = pathname;
    setMenu(false);
    main.current?.focus({ preventScroll: true });
  }, [pathname]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setPalette((now) => (now === "open" ? "closed" : "open"));
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  useShortcuts("Everywhere", [
    { keys: "?", label: "Show the keys of this page", run: () => setHelp(true) },
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
      <header className={classes.top}>
        <BrandSwitcher brandId={brandId} />
        <div className={classes.spring} />
        {!live && (
          <Chip tone="held" icon={<IconPlugConnectedX size={13} aria-hidden />}>
            <span role="status">Not live</span>
          </Chip>
        )}
        <button type="button" className={classes.search} onClick={() => setPalette("open")} aria-label="Search or jump to" aria-keyshortcuts="Control+K Meta+K">
          <IconSearch size={15} aria-hidden />
          <span>Search or jump to</span>
          <kbd>⌘K</kbd>
        </button>
        <PersonMenu onHelp={() => setHelp(true)} />
      </header>
      <main className={classes.main} id="main" ref={main} tabIndex={-1}>
        {overview?.clock_note && (
          <div className={classes.note}>
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
        <button type="button" className={classes.tab} onClick={() => setMenu(true)} aria-haspopup="dialog" aria-expanded={menu}>
          <IconMenu2 size={18} stroke={1.7} aria-hidden />
          Menu
        </button>
      </nav>
      <Drawer opened={menu} onClose={() => setMenu(false)} title="All places" position="bottom" size="auto">
        <ul className={classes.nav}>
          {places.map((place) => (
            <li key={place.to}>
              <PlaceLink place={place} overview={overview} className={classes.item} onClick={() => setMenu(false)} />
            </li>
          ))}
        </ul>
      </Drawer>
      <ShortcutHelp opened={help} onClose={() => setHelp(false)} />
      {palette !== "never" && (
        <Suspense>
          <CommandPalette opened={palette === "open"} onClose={() => setPalette("closed")} places={places} />
        </Suspense>
      )}
    </div>
  );
}
