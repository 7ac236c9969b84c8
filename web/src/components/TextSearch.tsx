import { Button, Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconFileText, IconListSearch, IconMail, IconNote, IconPaperclip, IconPhoto, IconSearchOff, type TablerIcon } from "@tabler/icons-react";
import { useRef } from "react";

import { textsQuery } from "../api/queries";
import type { TextHit } from "../api/schema";
import { dayStart } from "../lib/days";
import { useShortcuts } from "../lib/shortcuts";
import { Pager } from "./DataTable";
import { Filters, SearchInput } from "./Filters";
import { CampaignFilter, CreatorFilter, LateFilters } from "./LateFilters";
import { LoadingLines } from "./Loading";
import { EmptyState, LoadFailed } from "./Notice";
import { RelativeTime } from "./RelativeTime";
import { Chip } from "./StatusChip";
import classes from "./TextSearch.module.css";
import type { TextSearchState } from "./textSearchUrl";

const looks: Record<TextHit["kind"], { word: string; icon: TablerIcon }> = {
  message: { word: "Message", icon: IconMail },
  note: { word: "Note", icon: IconNote },
  contract: { word: "Contract", icon: IconFileText },
  caption: { word: "Caption", icon: IconPhoto },
};

/** Everything written that has the words, newest first, each leading to the place where it stands. */
export function TextSearch({ search, set }: { search: TextSearchState; set: (change: Partial<TextSearchState>) => void }) {
  const { brand, q, kind, creator, campaign, from, to, files, cursor } = search;
  const box = useRef<HTMLDivElement>(null);
  const found = useQuery(textsQuery({
    q, kind, brand_id: brand, creator_id: creator, campaign_id: campaign, from: dayStart(from), to: dayStart(to, 1), has_files: files, cursor, limit: 30,
  }));
  const change = (next: Partial<TextSearchState>) => set({ cursor: undefined, ...next });
  const move = (step: 1 | -1) => {
    const links = [...(box.current?.querySelectorAll<HTMLAnchorElement>("[data-hit]") ?? [])];
    const at = links.findIndex((link) => link === document.activeElement);
    links[at < 0 ? (step === 1 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + step))]?.focus();
  };
  useShortcuts("What was found", [
    { keys: "j", label: "Next one; Enter opens it", run: () => move(1) },
    { keys: "k", label: "Previous one", run: () => move(-1) },
  ]);
  const narrowed = kind ?? creator ?? campaign ?? from ?? to ?? files;
  return (
    <div ref={box}>
      <Filters>
        <SearchInput label="Words that were written" value={q} onChange={(value) => change({ q: value })} />
        <NativeSelect
          aria-label="Kind"
          value={kind ?? ""}
          onChange={(event) => change({ kind: (event.currentTarget.value || undefined) as typeof kind })}
          data={[{ value: "", label: "Any kind" }, ...Object.entries(looks).map(([value, { word }]) => ({ value, label: `${word}s` }))]}
        />
        <LateFilters>
          <CreatorFilter label="Creator" compact value={creator} onChange={(value) => change({ creator: value })} />
          <CampaignFilter label="Campaign" compact brandId={brand} value={campaign} onChange={(value) => change({ campaign: value })} />
        </LateFilters>
        <TextInput type="date" label="From" size="xs" value={from ?? ""} onChange={(event) => change({ from: event.currentTarget.value || undefined })} />
        <TextInput type="date" label="To" size="xs" value={to ?? ""} onChange={(event) => change({ to: event.currentTarget.value || undefined })} />
        <Checkbox label="With files" pb={8} checked={files === true} onChange={(event) => change({ files: event.currentTarget.checked || undefined })} />
      </Filters>
      {!q ? (
        <EmptyState icon={IconListSearch} title="Nothing is typed yet">
          Words are found in messages, notes, contracts and captions. “Several words” in quotation marks stand together, -word leaves a word out.
        </EmptyState>
      ) : found.error && !found.data ? (
        <LoadFailed error={found.error} retry={() => void found.refetch()} />
      ) : !found.data ? (
        <LoadingLines />
      ) : found.data.items.length === 0 ? (
        <EmptyState
          icon={IconSearchOff}
          title={`Nothing was written with “${q}”`}
          action={narrowed
            ? <Button variant="default" onClick={() => change({ kind: undefined, creator: undefined, campaign: undefined, from: undefined, to: undefined, files: undefined })}>Clear the filters</Button>
            : <Button variant="default" onClick={() => change({ q: undefined })}>Clear the words</Button>}
        >
          {narrowed ? "Or nothing that the filters let through." : "Try fewer words, or the beginning of one."}
        </EmptyState>
      ) : (
        <>
          <ol className={classes.list} aria-label="What was found">
            {found.data.items.map((hit) => <Hit key={hit.id} hit={hit} />)}
          </ol>
          <Pager shown={found.data.items.length} cursor={cursor} nextCursor={found.data.next_cursor} go={(next) => set({ cursor: next })} />
        </>
      )}
    </div>
  );
}

function Hit({ hit }: { hit: TextHit }) {
  const { word, icon: Icon } = looks[hit.kind];
  const [path = "/", query] = hit.link.split("?");
  const who = [hit.author && hit.author !== hit.creator_name ? hit.author : undefined, hit.creator_name, `${hit.campaign_name} of ${hit.brand_name}`].filter(Boolean);
  return (
    <li className={classes.hit}>
      <div className={classes.head}>
        <Chip tone="idle" icon={<Icon size={13} stroke={2} aria-hidden />}>{word}</Chip>
        <Link to={path} search={Object.fromEntries(new URLSearchParams(query)) as never} className="truncate" data-hit>{hit.title}</Link>
        {hit.files > 0 && <span className={classes.files}><IconPaperclip size={14} aria-hidden />{hit.files === 1 ? "1 file" : `${hit.files} files`}</span>}
        <span className={classes.when}><RelativeTime at={hit.at} inList /></span>
      </div>
      <p className={classes.words}>{hit.snippet.map(({ text, hit: marked }, at) => (marked ? <mark key={at}>{text}</mark> : <span key={at}>{text}</span>))}</p>
      <div className={classes.who}>{who.join(", ")}</div>
    </li>
  );
}
