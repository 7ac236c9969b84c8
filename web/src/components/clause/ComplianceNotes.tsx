import { useQuery } from "@tanstack/react-query";

import { complianceNotesQuery } from "../../api/queries";
import type { ClauseKind } from "../../api/schema";
import { countryName } from "../../lib/countries";
import { LoadingLines } from "../Loading";
import { LoadFailed } from "../Notice";
import { Section } from "../Page";
import classes from "./Clause.module.css";
import { kinds } from "./words";

const where = (market: string) => market === "all" ? "Everywhere" : market === "EU" ? "European Union" : countryName(market);

/** What laws and codes say: in a country, or, without one, all that is known about a kind of clause first. */
export function ComplianceNotes({ country, kind }: { country?: string; kind?: ClauseKind }) {
  const notes = useQuery(complianceNotesQuery(country));
  const found = notes.data;
  const shown = [...(found?.items ?? [])].sort((a, b) => Number(b.kind === kind) - Number(a.kind === kind));
  return (
    <Section title="Compliance notes">
      <p className="soft" style={{ marginTop: 0 }}>These notes are no legal advice. They say what was read, and where.</p>
      {notes.error && !found ? <LoadFailed error={notes.error} retry={() => void notes.refetch()} /> : !found ? <LoadingLines lines={3} /> : (
        <ul className={classes.plain}>
          {shown.length === 0 && <li>No note is kept for {country ? countryName(country) : "any market"} yet.</li>}
          {shown.map(({ id, market, kind: about, title, words, source, read_on }) => (
            <li key={id}>
              <strong>{where(market)}: {title}</strong> <span className="soft">{kinds[about]}</span>
              <div>{words}</div>
              <a href={source} target="_blank" rel="noreferrer noopener">Source</a> <span className="soft">read on {read_on}</span>
            </li>
          ))}
          {found.disclosure_sources.length > 0 && (
            <li>
              Content is checked by the disclosure rules of {found.disclosure_sources.map(({ url, title, publisher, year }, at) => (
                <span key={url}>{at > 0 && "; "}<a href={url} target="_blank" rel="noreferrer noopener">{title}</a> ({publisher}, {year})</span>
              ))}.
            </li>
          )}
        </ul>
      )}
    </Section>
  );
}
