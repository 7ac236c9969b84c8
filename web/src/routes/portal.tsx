import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Outlet, useMatch } from "@tanstack/react-router";
import { useEffect } from "react";

import { portalHomeQuery } from "../api/queries";
import { LocaleSwitch } from "../components/portal/LocaleSwitch";
import { PlainFrame } from "../components/portal/PlainFrame";
import { keepLocale, likelyLocale, Speaking } from "../components/portal/words/Words";

export const Route = createFileRoute("/portal")({ component: Portal });

/** The creator's own pages, in the creator's language. */
function Portal() {
  // Before the link is exchanged there is no visit to ask with.
  const opening = useMatch({ from: "/portal/$token", shouldThrow: false });
  const home = useQuery({ ...portalHomeQuery, enabled: !opening });
  const locale = home.data?.locale;
  useEffect(() => {
    if (locale) keepLocale(locale);
  }, [locale]);
  return (
    <Speaking locale={locale ?? likelyLocale()}>
      <PlainFrame corner={locale && <LocaleSwitch locale={locale} />}>
        <Outlet />
      </PlainFrame>
    </Speaking>
  );
}
